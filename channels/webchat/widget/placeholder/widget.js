console.warn("Frontline: the program was compiled without its chat. Run `make ui` (needs Node 20.19 or newer) and build it again.");
