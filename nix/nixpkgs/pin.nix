# The source of one of the flake's inputs as flake.lock pins it, fetched without flakes.
name:
let
  lock = builtins.fromJSON (builtins.readFile ../../flake.lock);
  inherit (lock.nodes.${lock.nodes.${lock.root}.inputs.${name}}) locked;
in
builtins.fetchTarball {
  name = "source";
  url = "https://github.com/${locked.owner}/${locked.repo}/archive/${locked.rev}.tar.gz";
  sha256 = locked.narHash;
}
