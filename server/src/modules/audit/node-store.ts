import type pg from 'pg'
import { HASH_BYTES, rootOfNodes } from '#platform/signed-log/index.ts'

/** How many leaves or nodes a node of the next level stands for. */
export const NODE_WIDTH = 256
/** The most nodes of one level that one round adds: a log from before there were any is caught up with round by round. */
const NODES_AT_ONCE = 200
const LEVELS = [1, 2, 3, 4, 5, 6]

type Client = Pick<pg.ClientBase, 'query'>

/** Hashes that were joined to one. */
export function splitHashes(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, index) =>
    bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  )
}

async function readDue(client: Client, level: number): Promise<{ from: number; until: number }> {
  const below =
    level === 1
      ? 'select max(leaf_index) from audit_leaf'
      : `select max(node_index) from audit_node where level = ${level - 1}`
  const { rows } = await client.query<{ have: string; below: string }>(
    `select coalesce((select max(node_index) from audit_node where level = $1), -1) + 1 as have, coalesce((${below}), -1) + 1 as below`,
    [level],
  )
  const [have, whole] = [Number(rows[0]?.have), Math.floor(Number(rows[0]?.below) / NODE_WIDTH)]
  return { from: have, until: Math.min(whole, have + NODES_AT_ONCE) }
}

/** The hashes below nodes, each node's joined; null where one is missing, as only tampering leaves it. */
async function readBelow(
  client: Client,
  level: number,
  { from, until }: { from: number; until: number },
): Promise<(Buffer | null)[]> {
  const [place, source] =
    level === 1 ? ['leaf_index', 'audit_leaf'] : ['node_index', `audit_node where level = ${level - 1}`]
  const { rows } = await client.query<{ hashes: Buffer | null }>(
    `select (select case when count(*) = $3 then string_agg(b.hash, '' order by b.place) end
       from (select hash, ${place} as place from ${source}) b where b.place >= n * $3::bigint and b.place < (n + 1) * $3::bigint) as hashes
     from generate_series($1::bigint, $2::bigint - 1) n order by n`,
    [from, until, NODE_WIDTH],
  )
  return rows.map((row) => row.hashes)
}

async function addLevel(client: Client, level: number): Promise<void> {
  const due = await readDue(client, level)
  if (due.from >= due.until) return
  const below = await readBelow(client, level, due)
  const gap = below.indexOf(null)
  const whole = below.slice(0, gap < 0 ? below.length : gap).filter((hashes) => hashes !== null)
  await client.query(
    `insert into audit_node (level, node_index, hash) select $1, $2::bigint + n - 1, hash from unnest($3::bytea[]) with ordinality made(hash, n)`,
    [level, due.from, whole.map((hashes) => rootOfNodes(splitHashes(hashes)))],
  )
}

/** Adds the nodes that the leaves have made full, so that no proof has to read all leaves. In a transaction of the one sealer. */
export async function addNodes(client: Client): Promise<void> {
  for (const level of LEVELS) await addLevel(client, level)
}
