# The flake's outputs, for every variant that has a folder.
inputs:
let
  inherit (inputs.nixpkgs) lib;

  # Those of the four that nixpkgs still has.
  systems = lib.intersectLists lib.systems.flakeExposed [
    "x86_64-linux"
    "aarch64-linux"
    "x86_64-darwin"
    "aarch64-darwin"
  ];

  variants = import ./variants.nix { inherit lib; root = ../../variants; };
  offering = strategy: lib.filter (variant: lib.elem strategy variant.strategies) variants;
  working = lib.filter (variant: !variant.broken);

  monorepo = system: strategy: variant: import ../default.nix {
    tree = variant.folder;
    provider = "nixpkgs";
    inherit (variant) names;
    inherit system strategy;
    inherit (inputs) nixpkgs pyproject-nix uv2nix build-system-pkgs;
  };

  # One attribute for each of a variant's things, named after both.
  called = variants: suffix: things:
    lib.mergeAttrsList (map
      (variant: lib.mapAttrs' (name: lib.nameValuePair "${variant.name}-${name}${suffix}") (things variant))
      variants);

  environments = system: strategy: suffix:
    called (offering strategy) suffix (variant: (monorepo system strategy variant).environments);

  members = system:
    called (offering "handwritten") "-unwrapped" (variant: (monorepo system "handwritten" variant).members);

  # An application is built, started and heard.
  checks = system: strategy: suffix:
    called (working (offering strategy)) suffix (variant:
      lib.mapAttrs (application: printed: verify system variant application printed) (monorepo system strategy variant).checks);

  verify = system: variant: application: printed:
    inputs.nixpkgs.legacyPackages.${system}.runCommand "${variant.name}-${application}-check" { } ''
      printf '%s\n' ${lib.escapeShellArg (expected variant application)} | diff - ${printed}
      touch "$out"
    '';

  # `Hello, PolyWolf`, if that is the name in the library.
  expected = variant: application:
    let
      module = variant.folder + "/shared/src/shared/__init__.py";
      name = builtins.match ".*\nNAME = \"([^\"]*)\"\n.*" (builtins.readFile module);
    in
    if name == null then throw "${toString module} has no line NAME = \"…\""
    else "${lib.toUpper (lib.substring 0 1 application)}${lib.substring 1 (-1) application}, ${lib.head name}";

  libraries = [ "pyproject-nix" "uv2nix" ];
  each = lib.genAttrs systems;
in
{
  packages = each (system:
    environments system "handwritten" "" // environments system "derived" "-derived" // members system);

  checks = each (system: checks system "handwritten" "" // checks system "derived" "-derived");

  # Apart from what `nix flake check` looks at: these need the libraries, and uv2nix lock files that are not committed.
  legacyPackages = each (system: lib.genAttrs libraries (strategy:
    environments system strategy "" // { checks = checks system strategy ""; }));

  devShells = each (system: lib.listToAttrs (map
    (variant: lib.nameValuePair variant.name (monorepo system "handwritten" variant).devshell)
    variants));

  apps = each (system: {
    default = {
      type = "app";
      meta.description = "Measure the toolchains and write the report";
      program = "${import ./harness.nix { pkgs = inputs.nixpkgs.legacyPackages.${system}; source = inputs.self; }}/bin/harness";
    };
  });

  formatter = each (system: inputs.nixpkgs.legacyPackages.${system}.nixfmt-tree);

  lib.derive = import ../derive.nix;

  templates = lib.listToAttrs (map
    (variant: lib.nameValuePair variant.name (import ./template.nix { inherit lib variant; }))
    (lib.filter (variant: builtins.pathExists (variant.folder + "/flake.nix")) variants));
}
