# What nix/derive.nix answers, case by case: { expr, expected }. tests/integration/test_derive.py asks Nix for each.
let
  derive = import ../derive.nix;
  lib = import ../host/lib.nix;

  # A package set that gives back what buildPythonPackage is given.
  set = {
    python = { version = "3.11.7"; system = "x86_64-linux"; };
    buildPythonPackage = given: given;
    setuptools = { pname = "setuptools"; version = "80.1.0"; };
    hatchling = { pname = "hatchling"; version = "1.27.0"; };
    poetry-core = { pname = "poetry-core"; version = "2.1.3"; };
    pytest = { pname = "pytest"; version = "9.0.0"; };
    pytest-cov = { pname = "pytest-cov"; version = "7.0"; };
    pytestCheckHook = { pname = "pytest-check-hook"; };
    pyyaml = { pname = "pyyaml"; version = "6.0.2"; };
    orjson = { pname = "orjson"; version = "3.10.0"; };
    pysocks = { pname = "pysocks"; version = "1.7"; };
    requests = { pname = "requests"; version = "2.31.5"; optional-dependencies.socks = [ set.pysocks ]; };
  };

  packages = options:
    let found = derive.packages ({ root = ./monorepo; } // options) lib (set // found); in
    found;
  names = map (package: package.pname);
  # Which files a source has, below its own folder.
  files = path:
    let
      inside = folder: prefix:
        let entries = builtins.readDir folder; in
        builtins.concatMap
          (name:
            if entries.${name} == "directory" then inside (folder + "/${name}") "${prefix}${name}/" else [ "${prefix}${name}" ])
          (builtins.attrNames entries);
    in
    inside path "";
  refused = value: !(builtins.tryEval (builtins.deepSeq value value)).success;

  meets = bounds: version:
    derive.satisfies (map derive.specifier (builtins.filter builtins.isString (builtins.split "," bounds))) version;
  holds = marker: derive.applies (derive.environment set.python) (derive.requirement "anything; ${marker}");
  inherit (packages { }) hello poems shared-things;
in
{
  # Names (PEP 503)
  normalised = { expr = derive.normalise "Zope.Interface__X--y"; expected = "zope-interface-x-y"; };

  # Requirements (PEP 508)
  plain = {
    expr = removeAttrs (derive.requirement "Shared_Things [Fast, dev.tools] (>=0.3 , <0.4)") [ "text" ];
    expected = {
      name = "shared-things";
      extras = [ "fast" "dev-tools" ];
      specifiers = [ { operator = ">="; version = "0.3"; } { operator = "<"; version = "0.4"; } ];
      url = null;
      marker = null;
    };
  };
  direct-hatch = { expr = (derive.requirement "shared @ {root:parent:uri}/shared").url; expected = "{root:parent:uri}/shared"; };
  direct-marker = {
    expr = { inherit (derive.requirement "a@https://example.org/a.whl ; os_name=='nt'") url marker; };
    expected = { url = "https://example.org/a.whl"; marker = { word = "=="; left = "os_name"; right = "'nt'"; }; };
  };
  no-name = { expr = refused (derive.requirement ">=1"); expected = true; };
  no-bound = { expr = refused (derive.requirement "a >=1 <2"); expected = true; };
  no-marker = { expr = refused (derive.requirement "a; python_version < '3' and"); expected = true; };

  # Markers
  older-python = { expr = holds "python_version < '3.12'"; expected = true; };
  as-versions = { expr = holds "python_full_version >= '3.9'"; expected = true; };
  two-of-three = { expr = holds "os_name == 'nt' or (sys_platform == 'linux' and platform_machine == 'x86_64')"; expected = true; };
  and-binds-closer = { expr = holds "os_name == 'posix' or os_name == 'nt' and os_name == 'java'"; expected = true; };
  part-of = { expr = holds "'linux' in sys_platform"; expected = true; };
  no-part-of = { expr = holds "sys_platform not in 'linux darwin'"; expected = false; };
  turned-round = { expr = holds "'3.12' <= python_version"; expected = false; };
  implementation = { expr = holds "platform_python_implementation == 'CPython'"; expected = true; };
  no-extra = { expr = holds "extra == 'fast'"; expected = false; };
  unknown-marker = { expr = refused (holds "moon_phase == 'full'"); expected = true; };
  other-machine = {
    expr = { inherit (derive.environment { version = "3.13.0rc2"; system = "aarch64-darwin"; }) platform_machine sys_platform platform_system python_version; };
    expected = { platform_machine = "arm64"; sys_platform = "darwin"; platform_system = "Darwin"; python_version = "3.13"; };
  };
  cross-compiled = {
    expr = (derive.environment { version = "3.12.1"; system = "x86_64-linux"; stdenv.hostPlatform.system = "aarch64-linux"; }).platform_machine;
    expected = "aarch64";
  };

  # Versions (PEP 440)
  in-order = {
    expr = builtins.sort (a: b: derive.compare a b < 0)
      [ "1.0" "1!0.1" "1.0.post1" "1.0a2" "1.0.dev3" "1.0rc1" "1.0a1.dev1" "1.0+b" "1.0+2" "0.9" "1.0a1" ];
    expected = [ "0.9" "1.0.dev3" "1.0a1.dev1" "1.0a1" "1.0a2" "1.0rc1" "1.0" "1.0+b" "1.0+2" "1.0.post1" "1!0.1" ];
  };
  zeros = { expr = derive.compare "1" "1.0.0"; expected = 0; };
  between = { expr = meets ">=0.13.6,<0.14" "0.13.9"; expected = true; };
  beyond = { expr = meets ">=0.13.6,<0.14" "0.14.0"; expected = false; };
  pre-release-of-the-bound = { expr = meets "<0.14" "0.14rc1"; expected = false; };
  compatible = { expr = [ (meets "~=1.4.2" "1.4.9") (meets "~=1.4.2" "1.5") (meets "~=1.4" "1.9") ]; expected = [ true false true ]; };
  prefix = { expr = [ (meets "==1.4.*" "1.4.9") (meets "!=1.4.*" "1.4") (meets "==1.4.*" "1.40") ]; expected = [ true false false ]; };
  no-specifier = { expr = map derive.specifier [ "1.0" "~=1" "=> 3" ">=1.*" ]; expected = [ null null null null ]; };

  # Members
  discovered = { expr = builtins.attrNames (packages { }); expected = [ "hello" "poems" "shared-things" ]; };
  named-otherwise = {
    expr = builtins.attrNames (packages { attribute = name: "my-${name}"; });
    expected = [ "my-hello" "my-poems" "my-shared-things" ];
  };
  chosen = { expr = builtins.attrNames (packages { members = [ ./monorepo/poems ]; }); expected = [ "poems" ]; };
  misspelt-option = { expr = refused (packages { atribute = name: name; }); expected = true; };

  what-the-project-says = {
    expr = { inherit (shared-things) pname version pyproject pythonImportsCheck meta; };
    expected = {
      pname = "shared-things";
      version = "0.3.0";
      pyproject = true;
      pythonImportsCheck = [ "shared_things" ];
      meta.description = "What all share";
    };
  };
  build-system = { expr = names shared-things.build-system; expected = [ "hatchling" ]; };
  # PEP 517: without a [build-system] it is setuptools.
  no-build-system = { expr = names hello.build-system; expected = [ "setuptools" ]; };
  markers-count = { expr = names shared-things.dependencies; expected = [ "pyyaml" ]; };
  extras-bring-theirs = { expr = names hello.dependencies; expected = [ "shared-things" "orjson" "requests" "pysocks" ]; };
  optional = { expr = names shared-things.optional-dependencies.fast; expected = [ "orjson" ]; };
  optional-that-nobody-asks-for = { expr = refused shared-things.optional-dependencies.absent; expected = true; };
  members-come-first = {
    expr = names (packages { attribute = name: "my-${name}"; }).my-hello.dependencies;
    expected = [ "shared-things" "orjson" "requests" "pysocks" ];
  };
  poetrys-own-table = { expr = names poems.dependencies; expected = [ "orjson" "requests" "pysocks" ]; };

  source-folder = {
    expr = files shared-things.src;
    expected = [ "LICENSE" "README.md" "pyproject.toml" "src/shared_things/__init__.py" ];
  };
  flat-source = { expr = files hello.src; expected = [ "hello.py" "pyproject.toml" ]; };
  no-tests = { expr = shared-things.nativeCheckInputs; expected = [ ]; };
  tests = {
    expr =
      let package = (packages { checkInputs = python: [ python.pytestCheckHook ]; }).shared-things; in
      { inputs = names package.nativeCheckInputs; files = builtins.elem "tests/test_things.py" (files package.src); };
    expected = { inputs = [ "pytest-check-hook" ]; files = true; };
  };
  group = {
    expr = names (packages { members = [ ./monorepo/shared ]; groups = [ "test" ]; }).shared-things.nativeCheckInputs;
    expected = [ "pytest-check-hook" "pytest-cov" ];
  };
  absent-group = {
    expr = refused (names (packages { members = [ ./monorepo/hello ]; groups = [ "test" ]; }).hello.nativeCheckInputs);
    expected = true;
  };
  overridden = {
    expr = (packages { overrides.hello = given: given // { doCheck = false; }; }).hello.doCheck;
    expected = false;
  };
  dynamic = { expr = refused (packages { root = ./refused; members = [ ./refused/dynamic ]; }).dynamic.version; expected = true; };
  dynamic-given = {
    expr = (packages { members = [ ./refused/dynamic ]; versions.dynamic = "2.0"; }).dynamic.version;
    expected = "2.0";
  };
  relaxed = {
    expr = (packages {
      members = [ ./monorepo/shared ];
      relax = [ "PyYAML" "never-asked-for" ];
    }).shared-things.pythonRelaxDeps;
    expected = [ "pyyaml" ];
  };
  called-otherwise = {
    expr = names (derive.packages { members = [ ./monorepo/shared ]; names.pyyaml = "ruamel"; } lib
      (set // { ruamel = { pname = "ruamel"; version = "6.1"; }; })).shared-things.dependencies;
    expected = [ "ruamel" ];
  };
  for-every-python = {
    expr =
      let overlay = derive.overlay { root = ./monorepo; } { inherit lib; } { pythonPackagesExtensions = [ "theirs" ]; }; in
      { first = builtins.head overlay.pythonPackagesExtensions; count = builtins.length overlay.pythonPackagesExtensions; };
    expected = { first = "theirs"; count = 2; };
  };
}
