import { parseArgs } from 'node:util'
import { writeEvidence } from '../chaos/evidence.ts'
import { writeFrame } from './frame.ts'
import type { Part } from './part.ts'
import { PARTS } from './parts.ts'

const USAGE = `npm run evidence [-- ${PARTS.map(({ name }) => name).join(' | ')} | --frame]`
const say = (line: string): void => console.log(line)

function readChoice(): { parts: readonly Part[]; isFrameOnly: boolean } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { frame: { type: 'boolean', default: false } },
  })
  const unknown = positionals.filter((name) => !PARTS.some((part) => part.name === name))
  if (unknown.length > 0) throw new Error(`No such part: ${unknown.join(', ')}. Usage: ${USAGE}`)
  const parts = PARTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  return { parts, isFrameOnly: values.frame }
}

/** Runs one part; what it found is written down when nothing was wrong. */
async function runPart(part: Part): Promise<readonly string[]> {
  const startedMs = performance.now()
  const { claims, positiveControl, wrong } = await part.run()
  for (const { claim, count, result } of claims) say(`  ${claim}: ${count}: ${result}`)
  for (const fault of wrong) console.error(`  WRONG ${fault}`)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
  say(`${part.name}: ${wrong.length === 0 ? 'sound' : `${wrong.length} faults`} after ${seconds} s`)
  if (wrong.length > 0) return wrong
  await writeEvidence({
    name: part.name,
    title: part.title,
    command: `npm run evidence -- ${part.name}`,
    source: part.source,
    claims,
    positiveControl,
  })
  return []
}

try {
  const { parts, isFrameOnly } = readChoice()
  let faults = 0
  for (const part of isFrameOnly ? [] : parts) {
    say(`${part.name}: ${part.title}`)
    faults += (await runPart(part)).length
  }
  await writeFrame()
  process.exitCode = faults === 0 ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error))
  process.exitCode = 1
}
