# The Nix lane's one entry: a variant's monorepo in, its members and its applications' environments out.
#
#   nix-build nix -A environments.hello --arg tree ./variants/uv --arg base ./base.json --arg names ./names.json
#   nix-build nix -A environments.hello --arg tree ./variants/uv --argstr provider nixpkgs --arg names ./names.json
#
# tree      the monorepo: a folder with overlay.nix and a package.nix in each member; this and the two files may be
#           paths, or strings that name them from / on, which may have any character in them
# names     a JSON file: { "applications": { "hello": "myproject-hello" }, "members": { "shared": "myproject-shared", … } },
#           each member's name and its attribute in the package set; `devshell` beside them lists attributes of nixpkgs
#           that one needs to work on the variant, for provider `nixpkgs`. Or the value of such a file.
# provider  where Python and the backends come from; `host` is described in ./host/README.md
# base      what the provider needs to know: for `host` a JSON file that the harness writes
# strategy  how members are described: `handwritten` by their own package.nix, `derived` by their pyproject.toml;
#           `pyproject-nix` and `uv2nix` with the libraries of that name, for provider `nixpkgs` only
# salt      changes every member's derivation and nothing else, so that members build again without deleting them
#
# The rest is for provider `nixpkgs`: the system to build for, and sources. Without them it is what flake.lock pins.
{ tree
, names
, base ? throw "provider host needs base: the JSON file that the harness writes"
, provider ? "host"
, strategy ? "handwritten"
, salt ? ""
, system ? builtins.currentSystem
, nixpkgs ? import ./nixpkgs/pin.nix "nixpkgs"
, pyproject-nix ? import ./nixpkgs/pin.nix "pyproject-nix"
, uv2nix ? import ./nixpkgs/pin.nix "uv2nix"
, build-system-pkgs ? import ./nixpkgs/pin.nix "build-system-pkgs"
}:
let
  wanted = if builtins.isAttrs names then names else builtins.fromJSON (builtins.readFile names);

  providers = {
    host = import ./host { base = builtins.fromJSON (builtins.readFile base); inherit salt; };
    nixpkgs = import ./nixpkgs {
      inherit nixpkgs system salt;
      inherit (wanted) members;
      devshell = wanted.devshell or [ ];
    };
  };

  libraries =
    if provider == "nixpkgs" then import ./nixpkgs/libraries.nix { inherit nixpkgs pyproject-nix uv2nix build-system-pkgs; }
    else throw "strategy ${strategy} builds with nixpkgs, not with provider ${provider}";

  # Each is an overlay for nixpkgs.
  strategies = {
    handwritten = import (tree + "/overlay.nix");
    derived = import (tree + "/derived.nix") { derive = import ./derive.nix; };
    pyproject-nix = import (tree + "/pyproject-nix.nix") { inherit (libraries) pyproject-nix; };
    uv2nix = import (tree + "/uv2nix.nix") { inherit (libraries) pyproject-nix uv2nix pyproject-build-systems; };
  };
  choose = what: from: name:
    from.${name} or (throw "${what} ${name} is not known; known: ${toString (builtins.attrNames from)}");

  provided = choose "provider" providers provider;
  pkgs = provided (choose "strategy" strategies strategy);
  python = pkgs.python3;

  # Without the variant's own Nix files, which it may not have, or which may have a mistake in them.
  bare = (provided (_: _: { })).python3;

  # uv2nix has a package set of its own, by members' own names; the other strategies add to that of nixpkgs.
  way =
    if strategy == "uv2nix" then {
      member = name: _: pkgs.myproject.${name};
      environment = name: _: pkgs.myproject.mkVirtualEnv "${name}-env" { ${name} = [ ]; };
    }
    else {
      member = _: attribute: python.pkgs.${attribute};
      environment = _: attribute: python.withPackages (_: [ python.pkgs.${attribute} ]);
    };

  # What a member is imported and started as.
  moduleOf = builtins.replaceStrings [ "-" ] [ "_" ];
in
rec {
  # Everything that members are built from and that is not theirs. In nixpkgs it is they who say what that is.
  base = (if provider == "host" then bare else python).base;

  members = builtins.mapAttrs way.member wanted.members;

  # What one needs to work on the variant, to be entered as a shell.
  devshell = bare.toolchain;

  environments = builtins.mapAttrs way.environment wanted.applications;

  # What each application prints when it is started from its environment, in the sandbox.
  checks = builtins.mapAttrs (name: environment: python.runModule environment (moduleOf name)) environments;

  # What each member's package.nix states, for counting: nothing is built.
  statements = builtins.mapAttrs (name: _: import ./statements.nix (tree + "/${name}/package.nix")) wanted.members;
}
