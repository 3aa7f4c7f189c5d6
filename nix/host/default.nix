# Provider `host`: a package set around this machine's own Python, with nixpkgs' names and nothing downloaded.
# See README.md beside this file.
{ base, salt }:
overlay:
let
  lib = import ./lib.nix;
  system = builtins.currentSystem;

  fix = f: let result = f result; in result;
  extend = overlay: f: final: let previous = f final; in previous // overlay final previous;

  # With its hash known, a path that is in the store already is not read again.
  imported = { name, path, sha256, recursive ? false }:
    builtins.path { inherit name path sha256 recursive; };

  host = imported { name = "host-python"; inherit (base.python) path sha256; recursive = true; };
  wheelFile = wheel: imported { name = wheel.file; inherit (wheel) path sha256; };

  infrastructure = builtins.mapAttrs (_: wheelFile) base.infrastructure;

  # The interpreter, made relocatable: started by its own loader, before any path in it is right.
  interpreter = derivation {
    name = "python3-${base.python.version}";
    inherit system;
    builder = "${host}/lib/${base.python.loader}";
    args = [ "--library-path" "${host}/lib" "${host}/bin/python3" "-S" "${./guard.py}" "${./relocate.py}" ];
    PYTHONHOME = host;
    inherit host;
    inherit (infrastructure) patchelf;
    loader = base.python.loader;
  };

  run = name: script: environment: derivation (environment // {
    inherit name system;
    builder = "${interpreter}/bin/python3";
    args = [ "-I" "-B" ./guard.py script ];
    # Python finds its own prefix by way of PATH when it is a derivation's builder.
    PATH = "${interpreter}/bin";
    siteDir = base.python.site;
    inherit (infrastructure) installer;
  });

  # A pinned wheel, installed into a prefix of its own. What it depends on is no input of a derivation that has none.
  wheelPackage = wheel: dependencies:
    run "${wheel.name}-${wheel.version}" ./install_wheel.py
      ({
        wheel = wheelFile wheel;
        inherit (wheel) file;
        inherit (infrastructure) patchelf;
        loader = "${interpreter}/lib/${base.python.loader}";
      } // (if dependencies == [ ] then { } else {
        propagated = map toString dependencies;
      })) // { pname = wheel.name; inherit (wheel) version; inherit dependencies; };

  # What is needed to import `packages`: they, and what they depend on, each once.
  closure = packages:
    map (item: item.value) (builtins.genericClosure {
      startSet = map keyed packages;
      operator = item: map keyed item.value.dependencies;
    });
  keyed = package: { key = package.outPath; value = package; };

  pathOf = packages: builtins.concatStringsSep ":" (map (package: "${package}/${base.python.site}") packages);

  buildPythonPackage =
    { pname
    , version
    , src
    , pyproject ? null
    , build-system ? [ ]
    , dependencies ? [ ]
    , optional-dependencies ? { }
    , nativeBuildInputs ? [ ]
    , nativeCheckInputs ? [ ]
    , pythonImportsCheck ? [ ]
    , doCheck ? true # the check phase is what a hook among nativeCheckInputs does: there is pytestCheckHook
    , passthru ? { }
    , meta ? { }
    }:
    if pyproject != true then
      throw "${pname}: set pyproject = true; members without a pyproject.toml are not supported"
    else
      run "${pname}-${version}" ./build_member.py
        ({
          inherit pname version src salt;
          # What a backend requires itself is not told apart here, as a lock does not tell it apart either.
          backends = pathOf (build-system ++ nativeBuildInputs ++ wheelPackages);
          buildSystem = map (package: package.pname) build-system;
          tools = builtins.concatStringsSep ":" (map (package: "${package}/bin") (build-system ++ nativeBuildInputs));
          requires = pathOf (closure dependencies);
          propagated = map toString dependencies;
          imports = pythonImportsCheck;
          inherit (infrastructure) hooks packaging;
        } // (if !doCheck || nativeCheckInputs == [ ] then { } else {
          checkInputs = pathOf (closure nativeCheckInputs);
          runsTests = builtins.any (package: package ? runsTests) nativeCheckInputs;
        })) // { inherit pname version dependencies optional-dependencies passthru meta; };

  wheelPackages = map (wheel: wheelPackage wheel [ ]) base.wheels;

  # A package from outside that members may depend on, with what it depends on itself.
  outside = final: wheel: {
    name = wheel.attribute;
    value = wheelPackage wheel (map (required final wheel) wheel.requires) // {
      # What its extras bring is among what it requires itself.
      optional-dependencies = builtins.listToAttrs
        (map (extra: { name = extra; value = [ ]; }) (wheel.extras or [ ]));
    };
  };
  required = final: wheel: name:
    final.${name} or (throw "${wheel.file} requires ${name}, which no lock of packages from outside has");

  environment = packages:
    run "python3-env" ./environment.py {
      packages = map toString (closure packages);
      python = interpreter;
    } // { dependencies = [ ]; };

  pythonPackages = extensions:
    fix (builtins.foldl' (f: extension: extend extension f)
      (final:
        builtins.listToAttrs (map (outside final) base.packages)
        // builtins.listToAttrs (map (package: { name = package.pname; value = package; }) wheelPackages) // {
          inherit lib buildPythonPackage;
          pytestCheckHook = final.pytest // { pname = "pytestCheckHook"; runsTests = true; };
          buildPythonApplication = buildPythonPackage;
          callPackage = callPackageWith final;
          python = {
            pkgs = final;
            inherit (base.python) version;
            inherit system;
            outPath = interpreter.outPath;
            base = [ interpreter ] ++ wheelPackages ++ map (wheel: final.${wheel.attribute}) base.packages;
            withPackages = choose: environment (choose final);
            # What a person installs to work on the variant: its toolchain, apart from what members are built with.
            toolchain = environment (map (wheel: wheelPackage wheel [ ]) base.toolchain);
            runModule = environment: module: run "${module}-output" ./run_module.py { inherit environment module; };
          };
        })
      extensions);

  callPackageWith = set: file: overrides:
    let
      function = if builtins.isFunction file then file else import file;
      asked = builtins.functionArgs function;
      missing = builtins.filter (name: !asked.${name} && !(set ? ${name}) && !(overrides ? ${name})) (builtins.attrNames asked);
    in
    if missing != [ ] then
      throw "${toString file} asks for ${toString missing}, which the package set does not have"
    else
      function (builtins.intersectAttrs asked set // overrides);
in
fix (extend overlay (final: {
  inherit lib;
  pythonPackagesExtensions = [ ];
  python3 = (pythonPackages final.pythonPackagesExtensions).python;
  python3Packages = final.python3.pkgs;
}))
