# What Poetry's own table of dependencies says, as requirements (PEP 508). Poetry still writes there, and its backend
# reads it, where [project] has no dependencies.
# https://python-poetry.org/docs/dependency-specification/ describes the bounds.
let
  inherit (builtins) attrNames concatStringsSep elemAt filter genList head isAttrs isString length match split;

  versions = import ./versions.nix;
  inherit (versions) trim;

  text = release: concatStringsSep "." (map toString release);
  # The release in which one position is raised, and what is behind it left out.
  raised = release: position: genList (at: elemAt release at + (if at == position then 1 else 0)) (position + 1);
  least = numbers: smallest: if numbers == [ ] then smallest else head numbers;

  # ^1.2.3 keeps the first number that is not 0, or the last that is written; ~1.2.3 keeps the first two.
  caret = release:
    let nonzero = filter (position: elemAt release position != 0) (genList (position: position) (length release)); in
    raised release (least nonzero (length release - 1));
  tilde = release: raised release (if length release > 1 then 1 else 0);

  bound = where: written:
    let
      given = trim written;
      upTo = found: limit:
        let parsed = versions.parse (head found); in
        if parsed == null then refuse else ">=${head found},<${text (limit parsed.release)}";
      refuse = throw "${where}: '${written}' is no bound that can be read here; write it in [project] dependencies (PEP 508)";
      withCaret = match "\\^[[:space:]]*(.+)" given;
      withTilde = match "~[[:space:]]*([0-9].*)" given;
    in
    if given == "*" then ""
    else if match ".*[|[:space:]].*" given != null && versions.specifier given == null then refuse
    else if withCaret != null then upTo withCaret caret
    else if withTilde != null then upTo withTilde tilde
    else if versions.specifier given != null then given
    # Without an operator it is that version.
    else if versions.specifier "==${given}" != null then "==${given}"
    else refuse;

  bounds = where: written:
    concatStringsSep "," (filter (part: part != "") (map (bound where) (filter isString (split "," written))));

  requirement = name: value:
    let
      where = "[tool.poetry.dependencies] ${name}";
      table = if isAttrs value then value else { version = value; };
      extras = if table ? extras then "[${concatStringsSep "," table.extras}]" else "";
      marker = if table ? markers then " ; ${table.markers}" else "";
    in
    if isString value || isAttrs value then
      if table.optional or false then [ ] else [ "${name}${extras}${bounds where (table.version or "*")}${marker}" ]
    else throw "${where} has several entries; write them in [project] dependencies (PEP 508)";
in
table: builtins.concatLists (map (name: requirement name table.${name}) (filter (name: name != "python") (attrNames table)))
