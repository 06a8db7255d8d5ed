/** What the migrations give a role on a table: on the whole of it, and on some of its columns. */
export interface Granted {
  readonly table: string
  readonly role: string
  readonly whole: Set<string>
  readonly columns: Set<string>
}

/** A grant on tables and views; what is granted on schemas, functions and the like has another form. */
const STATEMENT =
  /^(?<verb>grant|revoke) (?<acts>.+?) on (?:table )?(?<tables>[\w.]+(?:, [\w.]+)*) (?:to|from) (?<roles>\w+(?:, \w+)*)$/
const ACT = /(?<name>[a-z]+)(?<columns> ?\([^)]*\))?/g
/** A procedure that opens the relation which it is given, as the modules have for tables of one kind. */
const PROCEDURE = /create procedure (?<name>[\w.]+)\(relation\b[\s\S]*?\$\$(?<body>[\s\S]*?)\$\$/g
const LOOP = /foreach relation in array (?:array)?(?<names>[^;]*?)\bloop\b(?<body>[\s\S]*?)end loop/g
const INNER_GRANT = /execute format\('(?<text>grant [^']*)', relation\)/g

const grantsIn = (body: string, table: string): string[] =>
  [...body.matchAll(INNER_GRANT)].map(({ groups }) => (groups?.['text'] ?? '').replace(/%[sI]/, table))

/** What calls of such procedures, and loops over names, come to: statements as if they were written out. */
function expand(migrations: readonly string[]): string[] {
  const bodies = new Map(
    migrations
      .flatMap((sql) => [...sql.matchAll(PROCEDURE)])
      .map(({ groups }) => [groups?.['name'] ?? '', groups?.['body'] ?? '']),
  )
  return migrations.map((sql) => {
    const calls = [...sql.matchAll(/call (?<name>[\w.]+)\('(?<table>[\w.]+)'/g)].flatMap(({ groups }) =>
      grantsIn(bodies.get(groups?.['name'] ?? '') ?? '', groups?.['table'] ?? ''),
    )
    const loops = [...sql.matchAll(LOOP)].flatMap(({ groups }) =>
      [...(groups?.['names'] ?? '').matchAll(/\w+(?=[',}])/g)].flatMap(([table]) =>
        grantsIn(groups?.['body'] ?? '', table),
      ),
    )
    return [...calls, ...loops].join(';')
  })
}

/** The statements of a migration, in lower case and on one line each, without its comments, texts and bodies. */
function statementsOf(sql: string): string[] {
  return sql
    .replaceAll(/--[^\n]*/g, '')
    .replaceAll(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
    .replaceAll(/'(?:[^']|'')*'/g, "''")
    .split(';')
    .map((statement) => statement.replaceAll(/\s+/g, ' ').trim().toLowerCase())
}

const nameOf = (table: string): string => (table.includes('.') ? table : `public.${table}`)
const listOf = (text: string | undefined): string[] => (text ?? '').split(', ')

/** Everything that one statement names: what, on which table, for whom. */
function partsOf(statement: string) {
  const groups = STATEMENT.exec(statement)?.groups
  const acts = [...(groups?.['acts'] ?? '').matchAll(ACT)].map((act) => ({
    name: act.groups?.['name'] ?? '',
    isWhole: act.groups?.['columns'] === undefined,
  }))
  return listOf(groups?.['tables'])
    .filter((table) => table !== '')
    .flatMap((table) => listOf(groups?.['roles']).map((role) => ({ table: nameOf(table), role, acts })))
}

/** Reads what migrations grant, in their order; what is granted and revoked again does not count. */
export function readGrants(migrations: readonly string[]): Granted[] {
  const granted = new Map<string, Granted>()
  const expanded = expand(migrations)
  const statements = migrations.flatMap((sql, index) => [
    ...statementsOf(expanded[index] ?? ''),
    ...statementsOf(sql),
  ])
  for (const statement of statements)
    for (const { table, role, acts } of partsOf(statement)) {
      const key = `${table} ${role}`
      const one = granted.get(key) ?? { table, role, whole: new Set<string>(), columns: new Set<string>() }
      granted.set(key, one)
      for (const { name, isWhole } of acts) {
        const held = isWhole ? one.whole : one.columns
        if (statement.startsWith('grant')) held.add(name)
        else held.delete(name)
      }
    }
  return [...granted.values()]
}
