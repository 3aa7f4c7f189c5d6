# Every member's package, as pyproject.nix renders its pyproject.toml: python3Packages.myproject-hello and so on.
{ pyproject-nix }:

final: prev: {
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (
      pyFinal: pyPrev:
      let
        member =
          projectRoot:
          let
            project = pyproject-nix.lib.project.loadPyproject { inherit projectRoot; };
          in
          pyFinal.buildPythonPackage (
            project.renderers.buildPythonPackage {
              inherit (pyFinal) python;
              # Requirements call members by their own names.
              pythonPackages = pyFinal // {
                shared = pyFinal.myproject-shared;
              };
            }
          );
      in
      {
        myproject-shared = member ./shared;
        myproject-hello = member ./hello;
        myproject-goodbye = member ./goodbye;
      }
    )
  ];
}
