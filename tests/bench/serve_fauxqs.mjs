// SPDX-License-Identifier: MIT
// Serves fauxqs on a port of the kernel's choice, on loopback, where it would listen on
// every address; prints the port. With a directory it keeps its SQLite database there,
// else all is in memory.
//
//	node serve_fauxqs.mjs MODULE [DIRECTORY]
import net from "node:net";

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (options, ...rest) {
	return listen.call(this, { ...options, host: "127.0.0.1" }, ...rest);
};

const [module, dataDir] = process.argv.slice(2);
const { startFauxqs } = await import(module);
const server = await startFauxqs({ port: 0, logger: false, dataDir });
process.on("SIGTERM", () => process.exit(0));
console.log(server.port);
