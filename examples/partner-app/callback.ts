import { once } from 'node:events'
import { createServer } from 'node:http'

/** Waits for the browser at one address on this computer and returns the address that it came with, once. */
export async function listenForCallback(address: URL): Promise<{ readonly arrival: Promise<URL> }> {
  const { promise, resolve } = Promise.withResolvers<URL>()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', address)
    if (url.pathname !== address.pathname) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
    response.end('You can close this page. The application goes on by itself.\n')
    server.close()
    resolve(url)
  })
  server.listen(Number(address.port), address.hostname)
  await once(server, 'listening')
  return { arrival: promise }
}
