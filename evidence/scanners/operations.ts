import { z } from 'zod'
import type { Looker, LiveProduct } from './live-product.ts'

const Parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean(),
  schema: z.record(z.string(), z.unknown()),
})
const Operation = z.object({ tags: z.tuple([z.string()]), parameters: z.array(Parameter) })
const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({}))) })

/** Who looks at the operations of which part. */
const LOOKER_OF: Readonly<Record<string, Looker>> = {
  platform: 'provider',
  account: 'provider',
  program: 'partner',
  delegation: 'partner',
  tenant: 'tenant',
}

/** One list of the product, with the parameters of its query that take any text. */
interface TextQuery {
  readonly path: string
  readonly looker: Looker
  readonly parameters: readonly string[]
}

const takesText = ({ in: place, schema }: z.output<typeof Parameter>): boolean =>
  place === 'query' &&
  schema['type'] === 'string' &&
  !['enum', 'format', 'pattern'].some((key) => key in schema)

/** Every read of the product that needs no id in its path and takes text in its query, from its own OpenAPI document. */
export async function listTextQueries({ url }: LiveProduct): Promise<TextQuery[]> {
  const { paths } = Document.parse(await (await fetch(`${url}/api/v1/openapi.json`)).json())
  return Object.entries(paths).flatMap(([path, { get }]) => {
    if (get === undefined || path.includes('{')) return []
    const { tags, parameters } = Operation.parse(get)
    const looker = LOOKER_OF[tags[0]]
    const texts = parameters.filter(takesText).map(({ name }) => name)
    return looker === undefined || texts.length === 0 ? [] : [{ path, looker, parameters: texts }]
  })
}
