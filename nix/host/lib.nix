# The part of nixpkgs' lib that a package.nix of a Python member uses, under the same names.
let
  hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
  hasSuffix = suffix: text:
    let before = builtins.stringLength text - builtins.stringLength suffix; in
    before >= 0 && builtins.substring before (builtins.stringLength suffix) text == suffix;

  # A file set here is a list of absolute paths, as strings; a folder stands for all that is in it.
  coerce = value:
    if builtins.isAttrs value && value ? files then value.files
    else if builtins.isPath value then
      (if builtins.pathExists value then [ (toString value) ]
      else throw "lib.fileset: ${toString value} does not exist")
    else throw "lib.fileset: expected a path or a file set, got a ${builtins.typeOf value}";

  within = path: file: path == file || hasPrefix (file + "/") path;

  # Every file below a path, folders opened.
  list = path:
    let entries = builtins.readDir path; in
    if (builtins.readFileType or fileType) (/. + path) != "directory" then [ path ]
    else builtins.concatMap (name: list "${path}/${name}") (builtins.attrNames entries);

  # builtins.readFileType came after Nix 2.8: look into the folder above.
  fileType = path: (builtins.readDir (dirOf path)).${baseNameOf path};
in
rec {
  fileset = {
    unions = sets: { files = builtins.concatMap coerce sets; };
    union = a: b: { files = coerce a ++ coerce b; };
    maybeMissing = path: { files = if builtins.pathExists path then [ (toString path) ] else [ ]; };
    difference = a: b:
      let without = coerce b; in
      {
        files = builtins.filter (file: !builtins.any (within file) without) (builtins.concatMap list (coerce a));
      };
    fileFilter = predicate: path: {
      files = builtins.filter
        (file: predicate {
          name = baseNameOf file;
          type = fileType (/. + file);
          hasExt = extension: hasSuffix ".${extension}" (baseNameOf file);
        })
        (list (toString path));
    };

    # A store path with the chosen files of root and nothing else: it depends on their content alone. A folder without
    # a file in it is left out, as in nixpkgs: git does not keep it either.
    toSource = { root, fileset }:
      let
        files = coerce fileset;
        outside = builtins.filter (file: !within file (toString root)) files;
        onTheWay = path: builtins.any (hasPrefix (path + "/")) files;
        chosen = path: builtins.any (within path) files;
      in
      if outside != [ ] then
        throw "lib.fileset.toSource: ${toString outside} is not below the root ${toString root}"
      else
        builtins.path {
          path = root;
          name = "source";
          filter = path: type:
            if type == "directory" then onTheWay path || (chosen path && list path != [ ]) else chosen path;
        };
  };

  optional = condition: value: if condition then [ value ] else [ ];
  optionals = condition: values: if condition then values else [ ];
  optionalString = condition: text: if condition then text else "";
  inherit hasPrefix hasSuffix;

  licenses = {
    asl20.spdxId = "Apache-2.0";
    bsd3.spdxId = "BSD-3-Clause";
    mit.spdxId = "MIT";
  };
  maintainers = { };
}
