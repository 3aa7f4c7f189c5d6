# What a package.nix states: the names it asks for and what it gives to buildPythonPackage, without building anything.
file:
let
  package = import file;
  arguments = builtins.attrNames (builtins.functionArgs package);
  standIns = builtins.listToAttrs (map (name: { inherit name; value = { inherit name; }; }) arguments);
  known = {
    lib = import ./host/lib.nix;
    buildPythonPackage = given: given;
    buildPythonApplication = given: given;
  };
  given = package (standIns // builtins.intersectAttrs (builtins.functionArgs package) known);
  names = map (item: item.name);
in
{
  inherit arguments;
  inherit (given) pname version;
  build_system = names (given.build-system or [ ]);
  dependencies = names (given.dependencies or [ ]);
  check_inputs = names (given.nativeCheckInputs or [ ]);
}
