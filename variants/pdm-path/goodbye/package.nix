{
  lib,
  buildPythonPackage,
  pdm-backend,
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
    pdm-backend
  ];

  dependencies = [
    myproject-shared
  ];

  pythonImportsCheck = [
    "goodbye"
  ];
}
