// Starts a whole Bluesky network (PDS, PLC, appview, bsync, Ozone) for tests/servers/bluesky.py; one JSON line with its addresses, then "ready".
import { pathToFileURL } from 'node:url'

const { TestNetwork } = await import(pathToFileURL(`${process.env.KB_MODULES}/node_modules/@atproto/dev-env/dist/index.js`).href)

const ports = JSON.parse(process.env.KB_PORTS)
const network = await TestNetwork.create({
  dbPostgresSchema: 'klankbord',
  plc: { port: ports.plc },
  pds: { port: ports.pds, hostname: 'localhost' },
  bsky: { port: ports.appview },
  ozone: { port: ports.ozone },
})
// the appview reads the firehose by itself; nothing else is driven from here
console.log(JSON.stringify({ pds: network.pds.url, appview: network.bsky.url }))
console.log('ready')
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0))
