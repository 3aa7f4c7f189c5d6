# `nix run`: the harness, with what its bootstrap looks for on PATH. It works in the checkout it is started in; started
# elsewhere it makes itself a copy that it can write to, one for each version, as a flake's own source cannot be.
{ pkgs, source }:
let
  # The wheels that bootstrap installs expect the C++ and compression libraries of an ordinary Linux.
  libraries = pkgs.lib.makeLibraryPath [ pkgs.stdenv.cc.cc.lib pkgs.zlib ];
in
pkgs.writeShellApplication {
  name = "harness";
  runtimeInputs = [ pkgs.coreutils pkgs.python3 pkgs.git pkgs.nix ];
  text = ''
    checkout=$(git rev-parse --show-toplevel 2>/dev/null || pwd)
    if [ ! -f "$checkout/bootstrap" ] || [ ! -f "$checkout/harness/__main__.py" ]; then
      states=''${XDG_STATE_HOME:-$HOME/.local/state}/monorepo-toolchains
      checkout=$states/${builtins.baseNameOf (toString source)}
      if [ ! -d "$checkout" ]; then
        mkdir -p "$states"
        fresh=$(mktemp -d "$states/new.XXXXXX")
        cp -R ${source}/. "$fresh"
        chmod -R u+w "$fresh"
        mv -T "$fresh" "$checkout"
      fi
      echo "The harness works in $checkout" >&2
    fi
  '' + pkgs.lib.optionalString pkgs.stdenv.hostPlatform.isLinux ''
    # Only a Python from Nix does not find them by itself.
    [ -n "''${PYTHON-}" ] || export LD_LIBRARY_PATH="${libraries}''${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  '' + ''
    cd "$checkout"
    ./bootstrap venv "''${PYTHON:-python3}" requirements.lock
    [ $# -gt 0 ] || set -- run
    exec .venv/bin/python -m harness "$@"
  '';
}
