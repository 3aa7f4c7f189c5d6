{
  lib,
  buildPythonPackage,
  uv-build,
}:

buildPythonPackage {
  pname = "shared";
  version = "0.1.0";
  pyproject = true;

  src = lib.fileset.toSource {
    root = ./.;
    fileset = lib.fileset.unions [
      ./pyproject.toml
      ./src
    ];
  };

  build-system = [
    uv-build
  ];

  pythonImportsCheck = [
    "shared"
  ];
}
