# Packages of Python members, made from their pyproject.toml while Nix evaluates: nothing is stated a second time.
#
#   (import ./derive.nix).overlay { root = ./.; }
#
# is an overlay for nixpkgs that adds every member below `root` to every Python package set. See derive.md.
let
  inherit (builtins)
    all any attrNames baseNameOf concatLists concatMap concatStringsSep elem filter fromTOML hasAttr isString length
    listToAttrs map mapAttrs match pathExists readDir readFile toString;

  versions = import ./derive/versions.nix;
  requirements = import ./derive/requirements.nix;
  poetry = import ./derive/poetry.nix;
  inherit (requirements) applies environment normalise requirement;

  read = folder: fromTOML (readFile (folder + "/pyproject.toml"));

  # Only a folder's own pyproject.toml is read for it, so what it is called is known without a package set.
  isMember = folder: pathExists (folder + "/pyproject.toml") && read folder ? project;
  below = root:
    let entries = readDir root; in
    filter isMember (map (name: root + "/${name}") (filter (name: entries.${name} == "directory") (attrNames entries)));

  nameOf = folder:
    normalise ((read folder).project.name or (throw "${place folder} has no name in [project], so no package can be made of it"));

  place = folder: "${baseNameOf (toString folder)}/pyproject.toml";

  defaults = {
    # What a member is called in the package set.
    attribute = name: name;
    # Packages that the set calls otherwise than the index: { opencv-python = "opencv4"; }.
    names = { };
    # Versions of members that their backend finds out itself: { shared = "0.1.0"; }.
    versions = { };
    # Names of packages whose version may be any.
    relax = [ ];
    # What the tests of each member need: set: [ set.pytestCheckHook ]. Without any, no tests are run.
    checkInputs = _: [ ];
    # Dependency groups (PEP 735) of a member that its tests need as well; pytest among them runs the tests.
    groups = [ ];
    # What is to be otherwise for one member: { hello = given: given // { doCheck = false; }; }.
    overrides = { };
  };

  # What a set has under a name, by the names of all members and those the set calls otherwise.
  attributeOf = options: name: options.members.${name} or options.names.${name} or name;

  # One requirement against a package set: { packages, problems }.
  resolve = options: set: wanted:
    let
      attribute = attributeOf options wanted.name;
      package = set.${attribute};
      version = toString (package.version or "");
      relaxed = elem wanted.name (map normalise options.relax) || wanted.specifiers == [ ];
      offered = mapAttrs (_: packages: packages) (package.optional-dependencies or package.passthru.optional-dependencies or { });
      extra = name: { inherit name; found = filter (own: normalise own == name) (attrNames offered); };
      extras = map extra wanted.extras;
      unknown = filter (item: item.found == [ ]) extras;
    in
    if !hasAttr attribute set then {
      packages = [ ];
      problems = [ "'${wanted.text}': the package set has no ${attribute}" ];
    }
    else if !relaxed && !(versions.satisfies wanted.specifiers version) then {
      packages = [ ];
      problems = [ "'${wanted.text}': the package set has ${attribute} ${version}" ];
    }
    else {
      packages = [ package ] ++ concatMap (item: concatMap (own: offered.${own}) item.found) extras;
      problems = map (item: "'${wanted.text}': ${attribute} of the package set has no extra ${item.name}") unknown;
    };

  # The packages of a list of requirements; those whose marker does not hold are left out.
  resolveAll = options: set: key: texts:
    let
      markers = environment set.python;
      counting = filter (applies markers) (map requirement texts);
      found = map (resolve options set) counting;
    in
    {
      packages = concatMap (item: item.packages) found;
      problems = concatMap (item: map (problem: "${key}: ${problem}") item.problems) found;
    };

  # What a member needs: by the standard, or where Poetry alone writes it and its backend reads it.
  dependenciesOf = document:
    let old = document.tool.poetry.dependencies or { }; in
    if document.project ? dependencies || old == { } then {
      key = "[project] dependencies";
      texts = document.project.dependencies or [ ];
    }
    else { key = "[tool.poetry.dependencies]"; texts = poetry old; };

  # The requirements of a dependency group, those of the groups it includes among them.
  group = folder: groups: name:
    let
      key = filter (own: normalise own == normalise name) (attrNames groups);
      member = item: if isString item then [ item ] else group folder groups item.include-group;
    in
    if key == [ ] then throw "${place folder} has no dependency group ${name}"
    else concatMap member (groups.${builtins.head key});

  # With a folder src only it and what the project names are the member's source; without one, all but what is made.
  sourceOf = lib: folder: project: tested:
    let
      inherit (lib) fileset;
      there = names: map (name: fileset.maybeMissing (folder + "/${name}")) names;
      readme = project.readme or null;
      license = project.license or { };
      named =
        (if isString readme then [ readme ] else if readme != null && readme ? file then [ readme.file ] else [ ])
        ++ (if license ? file then [ license.file ] else [ ])
        # What may stand there without a pattern is named; of patterns those that everybody uses.
        ++ filter (file: match ".*[*?[].*" file == null) (project.license-files or [ "LICENSE" "LICENCE" "COPYING" "NOTICE" ]);
      built = [ "pyproject.toml" "setup.py" "setup.cfg" "MANIFEST.in" "hatch_build.py" "build.py" ];
      made = filter (name: match ".*\\.egg-info" name != null) (attrNames (readDir folder))
        ++ [ ".git" ".venv" "venv" "build" "dist" "node_modules" ".tox" ".nox" ".pytest_cache" ".mypy_cache" ".ruff_cache" ];
      inSource = "src";
      eggs = map (name: "${inSource}/${name}")
        (filter (name: match ".*\\.egg-info" name != null) (attrNames (readDir (folder + "/${inSource}"))));
      useless = fileset.fileFilter (file: file.hasExt "nix" || file.hasExt "pyc") folder;
    in
    fileset.toSource {
      root = folder;
      fileset =
        if pathExists (folder + "/${inSource}") then
          fileset.difference
            (fileset.unions (there (built ++ named ++ [ inSource ] ++ (if tested then [ "tests" "test" "conftest.py" ] else [ ]))))
            (fileset.unions ([ useless ] ++ there eggs))
        else fileset.difference folder (fileset.unions ([ useless ] ++ there made));
    };

  # The package that is imported, if it is called as the project is.
  importsOf = folder: name:
    let
      module = concatStringsSep "_" (filter isString (builtins.split "-" name));
      places = concatMap (where: [ "${where}${module}/__init__.py" "${where}${module}.py" ]) [ "src/" "" ];
    in
    if any (file: pathExists (folder + "/${file}")) places then [ module ] else [ ];

  # What nixpkgs' buildPythonPackage is given for the member in a folder.
  arguments = options: lib: set: folder:
    let
      document = read folder;
      project = document.project;
      name = nameOf folder;
      system = document.build-system.requires or [ "setuptools" ];
      builds = resolveAll options set "[build-system] requires" system;
      wanted = dependenciesOf document;
      needs = resolveAll options set wanted.key wanted.texts;
      tests = resolveAll options set "[dependency-groups]"
        (concatMap (group folder (document.dependency-groups or { })) options.groups);
      hook = package: if (package.pname or "") == "pytest" then set.pytestCheckHook else package;
      checks = options.checkInputs set ++ map hook tests.packages;
      python = set.python.version;
      bounds = map versions.specifier (split (project.requires-python or ""));
      split = text: filter (part: isString part && versions.trim part != "") (builtins.split "," text);
      problems = builds.problems ++ needs.problems ++ tests.problems
        ++ (if versions.satisfies bounds python then [ ] else
          [ "[project] requires-python: '${project.requires-python}': the package set has Python ${python}" ]);
      relaxed = filter (name: any (item: item.name == name) (map requirement wanted.texts)) (map normalise options.relax);
      given = {
        pname = name;
        version = project.version or options.versions.${name} or (throw
          "${place folder} states no version: its backend finds it out itself. Give it as versions.${name} = \"…\".");
        pyproject = true;
        src = sourceOf lib folder project (checks != [ ]);
        build-system = builds.packages;
        dependencies = needs.packages;
        optional-dependencies = mapAttrs
          (extra: texts:
            let found = resolveAll options set "[project.optional-dependencies] ${extra}" texts; in
            refuse folder found.problems found.packages)
          (project.optional-dependencies or { });
        nativeCheckInputs = checks;
        pythonImportsCheck = importsOf folder name;
        meta = if project ? description then { inherit (project) description; } else { };
      } // (if relaxed == [ ] then { } else { pythonRelaxDeps = relaxed; });
    in
    refuse folder problems ((options.overrides.${name} or (given: given)) given);

  refuse = folder: problems: value:
    if problems == [ ] then value
    else throw (concatStringsSep "\n  " ([ "${nameOf folder}: its ${place folder} asks for what the package set does not have:" ] ++ problems)
      + "\nAdd what is absent to the package set, name what it calls otherwise with names, leave a bound out with relax,"
      + "\nor set other bounds in ${place folder}.");

  checked = given:
    let
      known = attrNames defaults ++ [ "root" "members" ];
      unknown = filter (name: !elem name known) (attrNames given);
    in
    if unknown == [ ] then given
    else throw "derive has no option ${concatStringsSep ", " unknown}; it has ${concatStringsSep ", " known}";

  # Every member as a package of one Python package set, by its attribute.
  packages = given: lib: set:
    let
      folders = (checked given).members or (below given.root);
      options = defaults // given // {
        members = listToAttrs (map (folder: { name = nameOf folder; value = (given.attribute or defaults.attribute) (nameOf folder); }) folders);
      };
    in
    listToAttrs (map
      (folder: {
        name = options.members.${nameOf folder};
        value = set.buildPythonPackage (arguments options lib set folder);
      })
      folders);
in
{
  inherit packages;
  inherit (requirements) applies environment normalise requirement;
  inherit (versions) compare satisfies specifier;

  # An overlay for nixpkgs that adds the members to every Python package set.
  overlay = options: final: prev: {
    pythonPackagesExtensions = (prev.pythonPackagesExtensions or [ ]) ++ [ (set: _: packages options final.lib set) ];
  };
}
