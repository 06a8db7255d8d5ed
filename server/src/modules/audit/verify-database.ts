import { countOrphanScopes, readAllCheckpoints, readLog } from './log-store.ts'
import type { AdminClient } from './log-store.ts'
import { verifyLog } from './verify.ts'
import type { Report } from './verify.ts'

/** Verifies the log in a database against its own checkpoints and those kept outside. */
export async function verifyDatabase(
  client: AdminClient,
  outside: readonly string[] | null,
  verifierKey: string,
): Promise<Report> {
  // One snapshot, so that events which are sealed meanwhile are not taken for faults.
  await client.query('begin isolation level repeatable read read only')
  try {
    const checkpoints = { ...(await readAllCheckpoints(client)), outside }
    const report = await verifyLog(readLog(client), checkpoints, verifierKey)
    const orphans = await countOrphanScopes(client)
    if (orphans === 0) return report
    const fault = {
      code: 'SCOPE_WITHOUT_EVENT' as const,
      at: report.sealed,
      detail: `${orphans} scope rows show an event that does not exist.`,
    }
    return { ...report, ok: false, fault_count: report.fault_count + 1, faults: [...report.faults, fault] }
  } finally {
    await client.query('commit')
  }
}

/** What a verification came to, in sentences. */
export function sayReport(
  report: Pick<
    Report,
    | 'ok'
    | 'events'
    | 'sealed'
    | 'checkpoints'
    | 'beyond_last_checkpoint'
    | 'unsealed'
    | 'past_retention'
    | 'root'
  >,
  faults: readonly string[],
): string {
  const lines = [
    report.ok ? 'The log holds.' : 'THE LOG DOES NOT HOLD.',
    ...faults.map((fault) => `  ${fault}`),
    `${report.events} events, ${report.sealed} proved by ${report.checkpoints} checkpoints; root ${report.root}`,
    `${report.beyond_last_checkpoint} sealed beyond the last checkpoint, ${report.unsealed} wait for their seal`,
    ...(report.past_retention > 0
      ? [
          `${report.past_retention} events are past their retention: their leaves are proved, what they said was taken out after its time`,
        ]
      : []),
  ]
  return `${lines.join('\n')}\n`
}
