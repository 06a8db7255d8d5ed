import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const FEATURE = { one: 'feature', many: 'features' }

/** What is done about the features of the product. */
export const FEATURE_PHRASES: Readonly<Record<string, Phrase>> = {
  'platform.features.read': says('looked at the {x}', FEATURE),
  'features.create': says('added the {x}', FEATURE),
  'features.change': says('changed the {x}', FEATURE),
  'features.kill': says('switched off for everybody the {x}', FEATURE),
  'features.restore': says('restored the {x}', FEATURE),
  'features.retire': says('retired the {x}', FEATURE),
  'features.plan_ramp': says('planned the ramp of the {x}', FEATURE),
  'features.pause_ramp': says('paused the ramp of the {x}', FEATURE),
  'features.reach_step': says('noted that a step was reached by the {x}', FEATURE),
  'features.override': says('set for one partner the {x}', FEATURE),
  'features.choose': says('chose about the {x}', FEATURE),
  'features.explain': says('asked why they have the {x}', FEATURE),
}
