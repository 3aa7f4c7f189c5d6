# What `nix flake init` starts a monorepo with: the variant as a person would commit it, without what the harness adds
# and without the ways to describe its members that its own flake.nix does not take.
{ lib, variant }:
let
  ours = [ "variant.toml" "changes.toml" "changes" "locks" ] ++ map (strategy: "${strategy}.nix") variant.strategies;
  excluded = map (name: toString (variant.folder + "/${name}")) ours;
in
{
  description = variant.summary;
  path = builtins.path {
    name = "${variant.name}-monorepo";
    path = variant.folder;
    filter = path: _: !lib.elem path excluded;
  };
}
