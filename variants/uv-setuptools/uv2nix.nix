# A Python package set made of uv.lock, in which every application gets a virtual environment of its own:
# myproject.mkVirtualEnv "hello-env" { hello = [ ]; }
{
  pyproject-nix,
  uv2nix,
  pyproject-build-systems,
}:

# The lock file names the index that it was made with, so it is made where it is needed and not committed.
if !builtins.pathExists ./uv.lock then
  throw "uv2nix reads uv.lock, which is not there: make it with `uv lock`, and in a flake `git add` it as well"
else

  let
    workspace = uv2nix.lib.workspace.loadWorkspace { workspaceRoot = ./.; };
  in
  final: prev: {
    myproject =
      (final.callPackage pyproject-nix.build.packages {
        python = final.python3;
      }).overrideScope
        (
          final.lib.composeManyExtensions [
            pyproject-build-systems.overlays.wheel
            (workspace.mkPyprojectOverlay { sourcePreference = "wheel"; })
          ]
        );
  }
