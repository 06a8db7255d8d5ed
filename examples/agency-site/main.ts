import { makeAgencySite } from './site.ts'

const PORT = 4300
const USAGE = 'Usage: npx node examples/agency-site/main.ts EMBED_ORIGIN FORM TOKEN [INTEGRITY]'

const [embedOrigin, form, token, integrity] = process.argv.slice(2)
if (embedOrigin === undefined || form === undefined || token === undefined) {
  console.error(USAGE)
  process.exitCode = 1
} else {
  const options = { embedOrigin, form, token, ...(integrity !== undefined && { integrity }) }
  makeAgencySite(() => options).listen(PORT, 'localhost', () => {
    console.log(
      `The site of the agency is at http://agency.localhost:${PORT}, with a plain frame at /iframe.`,
    )
  })
}
