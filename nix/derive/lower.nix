# A text with its letters from A to Z made small, as nixpkgs' lib.toLower does it.
let
  letters = text: builtins.genList (position: builtins.substring position 1 text) (builtins.stringLength text);
in
builtins.replaceStrings (letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ") (letters "abcdefghijklmnopqrstuvwxyz")
