# Names (PEP 503), requirements and environment markers (PEP 508) of Python packages, with nothing but builtins.
let
  inherit (builtins) concatStringsSep elem elemAt filter head isString length match replaceStrings split substring tail;

  versions = import ./versions.nix;
  lower = import ./lower.nix;
  inherit (versions) trim;

  words = separator: text: filter (word: word != "") (map trim (filter isString (split separator text)));

  # Markers: a text becomes tokens, tokens a tree, and a tree is true or false in an environment.
  tokens = text:
    let
      found = match
        "[[:space:]]*(\"[^\"]*\"|'[^']*'|[()]|===|==|~=|!=|<=|>=|<|>|[A-Za-z_][A-Za-z0-9_.]*)(.*)"
        text;
    in
    if trim text == "" then [ ]
    else if found == null then null
    else
      let rest = tokens (elemAt found 1); in
      if rest == null then null else [ (elemAt found 0) ] ++ rest;

  comparisons = [ "===" "==" "~=" "!=" "<=" ">=" "<" ">" "in" ];

  at = list: position: if position < length list then elemAt list position else "";
  drop = count: list: if count == 0 || list == [ ] then list else drop (count - 1) (tail list);

  # Each reads from the front: { tree, rest }, or null if what stands there is nothing of the kind.
  anyOf = chain "or" allOf;
  allOf = chain "and" single;

  chain = word: part: list:
    let
      first = part list;
      more = chain word part (tail first.rest);
    in
    if first == null || at first.rest 0 != word then first
    else if more == null then null
    else { tree = { inherit word; left = first.tree; right = more.tree; }; inherit (more) rest; };

  single = list:
    let
      inner = anyOf (tail list);
      inverted = at list 1 == "not" && at list 2 == "in";
      operator = if inverted then "not in" else at list 1;
      size = if inverted then 4 else 3;
    in
    if list == [ ] then null
    else if head list == "(" then
      if inner == null || at inner.rest 0 != ")" then null else inner // { rest = tail inner.rest; }
    else if length list < size || !(inverted || elem operator comparisons) then null
    else {
      tree = { word = operator; left = head list; right = elemAt list (size - 1); };
      rest = drop size list;
    };

  quoted = token: elem (substring 0 1 token) [ "\"" "'" ];
  inside = token: substring 1 (builtins.stringLength token - 2) token;

  # What older tools still write.
  renamed = {
    "os.name" = "os_name";
    "sys.platform" = "sys_platform";
    "platform.version" = "platform_version";
    "platform.machine" = "platform_machine";
    "platform.python_implementation" = "platform_python_implementation";
    "python_implementation" = "platform_python_implementation";
  };

  value = environment: token:
    let name = renamed.${token} or token; in
    if quoted token then inside token
    else environment.${name} or (throw "${token} is no environment marker (PEP 508)");

  contains = part: text: part == "" || replaceStrings [ part ] [ "" ] text != text;

  strings = {
    "==" = a: b: a == b;
    "===" = a: b: a == b;
    "!=" = a: b: a != b;
    "<" = a: b: a < b;
    ">" = a: b: a > b;
    "<=" = a: b: a <= b;
    ">=" = a: b: a >= b;
    "~=" = a: b: throw "~= compares versions, not ${a} with ${b}";
  };

  compared = word: left: right:
    let specifier = versions.specifier (word + right); in
    if word == "in" then contains left right
    else if word == "not in" then !(contains left right)
    # PEP 508: as versions where both are, else as strings.
    else if specifier != null && versions.parse left != null then versions.satisfies [ specifier ] left
    else strings.${word} left right;

  holds = environment: tree:
    let
      isExtra = elem "extra" [ tree.left tree.right ];
      read = token: (if isExtra then normalise else (text: text)) (value environment token);
    in
    if tree.word == "or" then holds environment tree.left || holds environment tree.right
    else if tree.word == "and" then holds environment tree.left && holds environment tree.right
    else compared tree.word (read tree.left) (read tree.right);

  # PEP 503: runs of -, _ and . are one -, and letters are small.
  normalise = name: concatStringsSep "-" (filter isString (split "[-_.]+" (lower name)));

  systems = { linux = "Linux"; darwin = "Darwin"; };
in
{
  inherit normalise;

  # A requirement in its parts: { text, name, extras, specifiers, url, marker }; marker is a tree, or null.
  requirement = text:
    let
      refuse = why: throw "'${text}' is no requirement (PEP 508): ${why}";
      found = match "([A-Za-z0-9][A-Za-z0-9._-]*)[[:space:]]*(\\[([^]]*)])?[[:space:]]*(.*)" (trim text);
      rest = elemAt found 3;
      # Of an address everything is part up to a semicolon behind a space.
      direct = match "@[[:space:]]*([^[:space:]]+)([[:space:]]+;(.*)|[[:space:]]*)" rest;
      listed = match "([^;@]*)(;(.*))?" rest;
      bare = match "\\((.*)\\)" (trim (elemAt listed 0));
      specifierTexts = words "," (if bare == null then elemAt listed 0 else head bare);
      specifiers = map versions.specifier specifierTexts;
      markerText = if direct != null then elemAt direct 2 else elemAt listed 2;
      marker = anyOf (tokens markerText);
    in
    if found == null then refuse "it does not begin with a name"
    else if direct == null && listed == null then refuse "what follows the name is neither a bound nor an address"
    else if direct == null && elem null specifiers then refuse "${elemAt listed 0} is no list of version bounds"
    else if markerText != null && (tokens markerText == null || marker == null || marker.rest != [ ]) then
      refuse "its marker cannot be read:${markerText}"
    else {
      inherit text;
      name = normalise (elemAt found 0);
      extras = if elemAt found 2 == null then [ ] else map normalise (words "," (elemAt found 2));
      specifiers = if direct == null then specifiers else [ ];
      url = if direct == null then null else head direct;
      marker = if markerText == null then null else marker.tree;
    };

  # Whether a requirement counts in an environment.
  applies = environment: requirement: requirement.marker == null || holds environment requirement.marker;

  # What markers are evaluated in: the interpreter of a package set, without an extra.
  environment = python:
    let
      system = python.stdenv.hostPlatform.system or python.system;
      platform = match "([^-]+)-([a-z]+).*" system;
      kernel = elemAt platform 1;
      machine = head platform;
      full = python.version;
      implementation = python.implementation or "cpython";
    in
    {
      os_name = "posix";
      sys_platform = kernel;
      platform_system = systems.${kernel} or kernel;
      platform_machine = if kernel == "darwin" && machine == "aarch64" then "arm64" else machine;
      platform_release = "";
      platform_version = "";
      python_version = head (match "([0-9]+\\.[0-9]+).*" full);
      python_full_version = full;
      implementation_name = implementation;
      implementation_version = full;
      platform_python_implementation = { cpython = "CPython"; pypy = "PyPy"; }.${implementation} or implementation;
      extra = "";
    };
}
