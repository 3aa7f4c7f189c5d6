{
  lib,
  buildPythonPackage,
  uv-build,
  myproject-shared,
}:

buildPythonPackage {
  pname = "goodbye";
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

  dependencies = [
    myproject-shared
  ];

  pythonImportsCheck = [
    "goodbye"
  ];
}
