# Versions and version specifiers of Python packages (PEP 440), with nothing but builtins.
let
  inherit (builtins) all elemAt filter foldl' fromJSON genList head length match split stringLength substring;

  lower = import ./lower.nix;
  trim = text: head (match "[[:space:]]*([^[:space:]].*[^[:space:]]|[^[:space:]]?)[[:space:]]*" text);
  # builtins.fromJSON reads no number that begins with a zero.
  integer = digits: if digits == null || digits == "" then 0 else fromJSON (head (match "0*([0-9]+)" digits));
  integers = text: map integer (filter builtins.isString (split "\\." text));
  segments = text: filter builtins.isString (split "[-_.]" text);

  pattern =
    "v?(([0-9]+)!)?([0-9]+(\\.[0-9]+)*)"
    + "([-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?([0-9]*))?"
    + "(-([0-9]+)|[-_.]?(post|rev|r)[-_.]?([0-9]*))?"
    + "([-_.]?(dev)[-_.]?([0-9]*))?"
    + "(\\+([a-z0-9]+([-_.][a-z0-9]+)*))?";

  phases = { alpha = 0; a = 0; beta = 1; b = 1; preview = 2; pre = 2; c = 2; rc = 2; };

  # A version in its parts; null if the text is none.
  parse = text:
    let
      found = match pattern (lower (trim text));
      at = elemAt found;
    in
    if found == null then null
    else {
      epoch = integer (at 1);
      release = integers (at 2);
      pre = if at 4 == null then null else [ phases.${at 5} (integer (at 6)) ];
      post = if at 7 == null then null else integer (if at 8 != null then at 8 else at 10);
      dev = if at 11 == null then null else integer (at 13);
      local = if at 14 == null then null else segments (at 15);
    };

  sign = a: b: if a < b then -1 else if b < a then 1 else 0;

  # The first difference of two lists decides; what is behind the end of one is `filler`.
  compareLists = compareItems: filler: a: b:
    let
      size = if length a < length b then length b else length a;
      item = list: position: if position < length list then elemAt list position else filler;
    in
    foldl' (found: position: if found != 0 then found else compareItems (item a position) (item b position))
      0
      (genList (position: position) size);

  numbers = compareLists sign 0;

  # What is left out sorts before or behind everything that can be written.
  least = -1;
  most = 9007199254740991;

  # PEP 440: 1.0.dev1 < 1.0a1.dev1 < 1.0a1 < 1.0rc1 < 1.0 < 1.0.post1.dev1 < 1.0.post1
  rank = version:
    (if version.pre != null then version.pre
    else if version.post == null && version.dev != null then [ least 0 ]
    else [ most 0 ])
    ++ [
      (if version.post == null then least else version.post)
      (if version.dev == null then most else version.dev)
    ];

  # A segment of digits is newer than one of letters, and anything newer than nothing.
  compareSegments = a: b:
    if a == null || b == null then sign (if a == null then 0 else 1) (if b == null then 0 else 1)
    else
      let digits = text: match "[0-9]+" text != null; in
      if digits a && digits b then sign (integer a) (integer b)
      else if digits a then 1
      else if digits b then -1
      else sign a b;

  firstOf = comparisons: foldl' (found: next: if found != 0 then found else next) 0 comparisons;

  public = version: version // { local = null; };
  # What a post-release is one of.
  released = version: version // { post = null; dev = null; local = null; };

  compareParsed = a: b: firstOf [
    (sign a.epoch b.epoch)
    (numbers a.release b.release)
    (numbers (rank a) (rank b))
    (compareLists compareSegments null
      (if a.local == null then [ ] else a.local)
      (if b.local == null then [ ] else b.local))
  ];

  sameBase = a: b: a.epoch == b.epoch && numbers a.release b.release == 0;
  before = version: version.pre != null || version.dev != null;

  # Whether a version begins as a prefix does: 1.4.2 as 1.4, and 1 as 1.0.
  begins = prefix: version:
    version.epoch == prefix.epoch
    && all (position: (if position < length version.release then elemAt version.release position else 0)
      == elemAt prefix.release position)
      (genList (position: position) (length prefix.release));

  shortened = version: version // {
    release = genList (elemAt version.release) (length version.release - 1);
    pre = null;
    post = null;
    dev = null;
  };

  # Each takes the specifier's version, then the one at hand.
  operators = rec {
    "==" = wanted: found: compareParsed (if wanted.local == null then public found else found) wanted == 0;
    "!=" = wanted: found: !(operators."==" wanted found);
    ">=" = wanted: found: compareParsed (public found) wanted >= 0;
    "<=" = wanted: found: compareParsed (public found) wanted <= 0;
    "~=" = wanted: found: operators.">=" wanted found && begins (shortened wanted) found;
    # Neither a post-release nor a local build of the version that is excluded.
    ">" = wanted: found:
      compareParsed found wanted > 0
      && !(wanted.post == null && found.post != null && compareParsed (released found) wanted == 0)
      && compareParsed (public found) wanted != 0;
    # Nor a pre-release of it.
    "<" = wanted: found:
      compareParsed found wanted < 0 && !(!before wanted && before found && found.post == wanted.post && sameBase found wanted);
  };

  prefixOf = text:
    let size = stringLength text; in
    if size > 2 && substring (size - 2) 2 text == ".*" then parse (substring 0 (size - 2) text) else null;
in
rec {
  inherit parse trim;

  # -1, 0 or 1, as PEP 440 orders two versions.
  compare = a: b: compareParsed (parse a) (parse b);

  # One specifier, such as { operator = ">="; version = "1.2"; }; null if the text is none.
  specifier = text:
    let
      found = match "[[:space:]]*(===|==|~=|!=|<=|>=|<|>)[[:space:]]*([^[:space:]]+)[[:space:]]*" text;
      operator = elemAt found 0;
      version = elemAt found 1;
      wild = prefixOf version != null && (operator == "==" || operator == "!=");
      parsed = parse version;
      usable = parsed != null && (operator != "~=" || length parsed.release > 1);
    in
    if found != null && (operator == "===" || wild || usable) then { inherit operator version; } else null;

  # Whether a version meets every one of these specifiers. Pre-releases count: what is at hand was chosen already.
  satisfies = specifiers: version: all (meets version) specifiers;

  meets = version: specifier:
    let
      inherit (specifier) operator;
      text = specifier.version;
      found = parse version;
      prefix = prefixOf text;
    in
    if operator == "===" then lower version == lower text
    else if found == null then throw "${version} is no version of a Python package (PEP 440)"
    else if prefix != null && operator == "==" then begins prefix found
    else if prefix != null && operator == "!=" then !(begins prefix found)
    else operators.${operator} (parse text) found;
}
