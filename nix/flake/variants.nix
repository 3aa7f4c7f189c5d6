# What variants there are, read from their folders: a folder that is added adds its outputs.
{ lib, root }:
let
  inherit (builtins) fromTOML pathExists readDir readFile;

  subfolders = folder: lib.attrNames (lib.filterAttrs (_: type: type == "directory") (readDir folder));

  # How nix/default.nix calls members: each one's name and its attribute in the package set.
  named = facts: members:
    lib.genAttrs members (member: lib.replaceStrings [ "{member}" ] [ member ] (facts.attribute or "myproject-{member}"));

  read = name:
    let
      folder = root + "/${name}";
      file = fromTOML (readFile (folder + "/variant.toml"));
      facts = file.nix or { };
      members = lib.filter (member: pathExists (folder + "/${member}/pyproject.toml")) (subfolders folder);
      applications = lib.filter (member: pathExists (folder + "/${member}/src/${member}/__main__.py")) members;
    in
    {
      inherit name folder members applications;
      inherit (file) summary;
      broken = file.broken or "" != "";
      strategies = facts.strategies or [ "handwritten" ];
      names = {
        members = named facts members;
        applications = named facts applications;
        devshell = facts.devshell or [ ];
      };
    };
in
map read (lib.filter (name: pathExists (root + "/${name}/variant.toml")) (subfolders root))
