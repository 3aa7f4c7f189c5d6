# Provider `nixpkgs`: nixpkgs itself, and beside its Python what the harness asks of a provider.
#
# nixpkgs   its source, or what stands in for it
# members   the names that the members have in the package set
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

  salted = final: prev:
    let
      salt-all = set: builtins.mapAttrs
        (_: package: package.overrideAttrs (_: { inherit salt; }))
        (builtins.intersectAttrs (lib.genAttrs members (name: null)) set);
    in
    {
      pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [ (_: salt-all) ];
    };

  tool = path: lib.attrByPath (lib.splitString "." path) (throw "nixpkgs has no ${path} to work with") pkgs;
in
pkgs // {
  python3 = python // {
    # The interpreter, and what the members name as their build system; members themselves depend on no more.
    base = [ python ] ++ lib.unique (lib.concatMap (name: python.pkgs.${name}.build-system or [ ]) members);

    toolchain = pkgs.mkShellNoCC {
      name = "devshell";
      packages = [ python ] ++ map tool devshell;
    };

    runModule = environment: module: pkgs.runCommand "${module}-output" { } ''
      ${environment}/bin/python -m ${module} >"$out"
    '';
  };
}
