import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const GROUP = { one: 'group of tenants', many: 'groups of tenants' }
const TEAM = { one: 'team', many: 'teams' }

/** What a partner does with its teams, its groups of tenants and many links at once. */
export const PORTFOLIO_PHRASES: Readonly<Record<string, Phrase>> = {
  'links.assign_by_team': says('changed, through a team, who is assigned to the {link}'),
  'tenant_groups.create': says('made the {x}', GROUP),
  'tenant_groups.update': says('changed the {x}', GROUP),
  'tenant_groups.delete': says('deleted the {x}', GROUP),
  'teams.create': says('made the {x}', TEAM),
  'teams.update': says('changed the {x}', TEAM),
  'teams.delete': says('deleted the {x}', TEAM),
  'teams.set_members': says('changed who is in the {x}', TEAM),
  'teams.set_grants': says('changed what the {x} is assigned to', TEAM),
  'saved_views.save': says('saved the {x}', { one: 'view', many: 'views' }),
  'saved_views.delete': says('deleted the {x}', { one: 'view', many: 'views' }),
  'tenant_pins.set': says('pinned an organisation in the switcher{of}'),
  'tenant_pins.remove': says('unpinned an organisation in the switcher{of}'),
  'link_templates.save': says('saved the {x}', { one: 'request template', many: 'request templates' }),
  'link_templates.delete': says('deleted the {x}', { one: 'request template', many: 'request templates' }),
  'operations.order': says('ordered the same step for many links'),
  'operations.cancel': says('stopped a step for many links'),
}
