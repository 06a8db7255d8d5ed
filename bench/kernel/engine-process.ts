import { answerParent } from '../http/child.ts'
import { ENGINES, requireSoundPatterns } from './engines.ts'
import type { Ask, EngineName } from './engines.ts'
import { makeLinks, makeRequests, referenceAnswer } from './policy.ts'

export type EngineOrder =
  | { readonly load: EngineName; readonly links: number; readonly verify: number }
  | { readonly round: true }

/** What loading came to. */
export interface Loaded {
  readonly mismatches: number
  readonly allowed: number
  readonly verified: number
}

interface Engine {
  readonly ask: Ask
  readonly asked: number
  readonly count: number
}

let engine: Engine | undefined

async function load(order: { load: EngineName; links: number; verify: number }): Promise<Loaded> {
  const links = makeLinks(order.links)
  requireSoundPatterns(links)
  const requests = makeRequests(links)
  const { load: loadEngine, asked } = ENGINES[order.load]
  const ask = await loadEngine(links, requests)
  engine = { ask, asked, count: requests.length }
  const questions = requests.slice(0, order.verify)
  const answers = questions.map((question, index) => ({ is: ask(index), must: referenceAnswer(question) }))
  return {
    mismatches: answers.filter(({ is, must }) => is !== must).length,
    allowed: answers.filter(({ must }) => must).length,
    verified: answers.length,
  }
}

function timeRound({ ask, asked, count }: Engine): number {
  let allowed = 0
  const before = process.threadCpuUsage()
  for (let index = 0; index < asked; index += 1) if (ask(index % count)) allowed += 1
  const { user, system } = process.threadCpuUsage(before)
  if (allowed === 0) throw new Error('The engine allowed nothing.')
  return ((user + system) * 1000) / asked
}

answerParent(
  (order: EngineOrder) => {
    if ('load' in order) return load(order)
    if (!engine) throw new Error('No engine is loaded.')
    return timeRound(engine)
  },
  () => Promise.resolve(),
)
