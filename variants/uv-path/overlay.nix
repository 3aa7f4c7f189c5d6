# Adds the three members to every Python package set: python3Packages.myproject-hello and so on.
final: prev: {
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (pyFinal: pyPrev: {
      myproject-shared = pyFinal.callPackage ./shared/package.nix { };
      myproject-hello = pyFinal.callPackage ./hello/package.nix { };
      myproject-goodbye = pyFinal.callPackage ./goodbye/package.nix { };
    })
  ];
}
