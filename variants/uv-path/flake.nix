{
  description = "A library and the applications that import it, with uv and uv-build";

  inputs.nixpkgs.url = "github:nixos/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      eachSystem = f: lib.genAttrs lib.systems.flakeExposed (system: f (packagesOf system));
      packagesOf = system: import nixpkgs { inherit system; overlays = [ self.overlays.default ]; };

      # An application is a member that `python -m` can start.
      module = lib.replaceStrings [ "-" ] [ "_" ];
      isApplication = member: builtins.pathExists (./. + "/${member}/src/${module member}/__main__.py");
      applications = lib.filter isApplication (lib.attrNames (builtins.readDir ./.));
    in
    {
      overlays.default = import ./overlay.nix;

      # nix build .#hello && ./result/bin/python -m hello
      packages = eachSystem (
        pkgs:
        lib.genAttrs applications (
          application: pkgs.python3.withPackages (ps: [ ps."myproject-${application}" ])
        )
      );

      devShells = eachSystem (pkgs: {
        default = pkgs.mkShellNoCC {
          packages = [
            pkgs.python3
            pkgs.uv
          ];
        };
      });

      formatter = eachSystem (pkgs: pkgs.nixfmt-tree);
    };
}
