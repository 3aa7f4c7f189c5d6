# The libraries that make packages of what Python's own tools write, as their flakes offer them, but without flakes.
# They take nothing of nixpkgs but its lib.
sources:
let
  lib = import (sources.nixpkgs + "/lib");
in
rec {
  pyproject-nix = import (sources.pyproject-nix + "/default.nix") { inherit lib; };
  uv2nix = import (sources.uv2nix + "/default.nix") { inherit lib pyproject-nix; };
  # Its own documentation calls the flake so.
  pyproject-build-systems = import (sources.build-system-pkgs + "/default.nix") { inherit lib pyproject-nix uv2nix; };
}
