import type { TestWorld } from './world.ts'

/** Tables that hold a text anywhere in a row. */
export async function tablesWith(world: TestWorld, text: string): Promise<string[]> {
  const tables = await world.sql<{ name: string }>(
    `select c.relname as name from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by 1`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const [row] = await world.sql<{ is_there: boolean }>(
      `select exists (select from public.${name} t where strpos(t::text, $1) > 0) as is_there`,
      [text],
    )
    if (row?.is_there) found.push(name)
  }
  return found
}
