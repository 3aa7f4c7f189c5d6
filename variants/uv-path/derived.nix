# Every member's package, made from its pyproject.toml: python3Packages.myproject-hello and so on.
{ derive }:

derive.overlay {
  root = ./.;
  attribute = name: "myproject-${name}";
}
