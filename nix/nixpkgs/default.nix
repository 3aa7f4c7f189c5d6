# Provider `nixpkgs`: nixpkgs itself, and beside its Python what the harness asks of a provider.
#
# nixpkgs   its source, or what stands in for it
# members   the members' names, and what each is called in the package set
# devshell  what one needs to work on the variant, as attributes of nixpkgs: "uv", "python3Packages.pip"
{ nixpkgs, system, salt, members, devshell }:
overlay:
let
  pkgs = import nixpkgs {
    inherit system;
    # Nothing of the user's own configuration.
    config = { };
    overlays = [ overlay ] ++ lib.optional (salt != "") salted;
  };
  lib = import (nixpkgs + "/lib");
  python = pkgs.python3;

  # In a set of Python packages, those with one of these names.
  salt-among = names: _: set:
    builtins.mapAttrs (_: package: package.overrideAttrs (_: { inherit salt; }))
      (builtins.intersectAttrs (lib.genAttrs names (_: null)) set);

  salted = final: prev: {
    pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [ (salt-among (builtins.attrValues members)) ];
  } // lib.optionalAttrs (prev ? myproject) {
    myproject = prev.myproject.overrideScope (salt-among (builtins.attrNames members));
  };

  tool = path: lib.attrByPath (lib.splitString "." path) (throw "nixpkgs has no ${path} to work with") pkgs;
in
pkgs // {
  python3 = python // {
    # The interpreter, and what the members name as their build system; members themselves depend on no more.
    base = [ python ] ++ lib.unique (lib.concatMap (name: python.pkgs.${name}.build-system or [ ]) (builtins.attrValues members));

    toolchain = pkgs.mkShellNoCC {
      name = "devshell";
      packages = [ python ] ++ map tool devshell;
    };

    runModule = environment: module: pkgs.runCommand "${module}-output" { } ''
      ${environment}/bin/python -m ${module} >"$out"
    '';
  };
}
