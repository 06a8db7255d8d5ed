import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { frontDoor } from './front-door.ts'
import { makeHelpPage } from './help-page.ts'
import { makeStatusPage } from './status-page.ts'

/** The pages that everybody may open, whoever they are: they show no data of anybody and ask no table. */
export function makeFrontPages(services: Services): readonly Route[] {
  return [frontDoor, makeHelpPage(services), makeStatusPage(services)]
}
