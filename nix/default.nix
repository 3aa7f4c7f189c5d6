# The Nix lane's one entry: a variant's monorepo in, its members and its applications' environments out.
#
#   nix-build nix -A environments.hello --arg tree ./variants/uv --arg base ./base.json --arg names ./names.json
#
# tree      the monorepo: a folder with overlay.nix and a package.nix in each member; this and the two files may be
#           paths, or strings that name them from / on, which may have any character in them
# names     a JSON file: { "applications": { "hello": "myproject-hello" }, "members": { "shared": "myproject-shared", … } },
#           each member's name and its attribute in the package set
# provider  where Python and the backends come from; `host` is described in ./host/README.md
# base      what the provider needs to know: for `host` a JSON file that the harness writes
# strategy  how members are described; `handwritten` is their own package.nix
# salt      changes every member's derivation and nothing else, so that members build again without deleting them
{ tree
, names
, base
, provider ? "host"
, strategy ? "handwritten"
, salt ? ""
}:
let
  providers = {
    host = import ./host { base = builtins.fromJSON (builtins.readFile base); inherit salt; };
  };
  strategies = {
    handwritten = import (tree + "/overlay.nix");
  };
  choose = what: from: name:
    from.${name} or (throw "${what} ${name} is not known; known: ${toString (builtins.attrNames from)}");

  pkgs = choose "provider" providers provider (choose "strategy" strategies strategy);
  python = pkgs.python3;
  wanted = builtins.fromJSON (builtins.readFile names);
  each = builtins.mapAttrs (_: attribute: python.pkgs.${attribute});
in
rec {
  # Everything that members are built from and that is not theirs.
  base = python.base;

  members = each wanted.members;

  environments = builtins.mapAttrs (_: member: python.withPackages (_: [ member ])) (each wanted.applications);

  # What each application prints when it is started from its environment, in the sandbox.
  checks = builtins.mapAttrs (name: environment: python.runModule environment name) environments;

  # What each member's package.nix states, for counting: nothing is built.
  statements = builtins.mapAttrs (name: _: import ./statements.nix (tree + "/${name}/package.nix")) wanted.members;
}
