import type { Permission } from '@liaison/access'
import type { EndUser } from '@liaison/client'
import { lazy } from 'react'
import type { ComponentType, LazyExoticComponent } from 'react'

/** One part of the page of a user that another module shows. */
export type UserSection = {
  name: string
  needs: Permission
  Part: ComponentType<{ user: EndUser }> | LazyExoticComponent<ComponentType<{ user: EndUser }>>
}

/** A section whose piece is fetched with the page: `late(() => import('…'))`, whose export is called `UserPart`. */
function late(
  load: () => Promise<{ readonly UserPart: ComponentType<{ user: EndUser }> }>,
): UserSection['Part'] {
  return lazy(() => load().then(({ UserPart }) => ({ default: UserPart })))
}

/** The parts of the page of a user, in order: usage, subscription, identity checks. A module adds its line here. */
export const userSections: readonly UserSection[] = [
  {
    name: 'usage',
    needs: 'partner_org.users.read',
    Part: late(() => import('../usage/user-part.tsx')),
  },
  {
    name: 'plan',
    needs: 'partner_org.subscriptions.read',
    Part: late(() => import('../plans/user-part.tsx')),
  },
  {
    name: 'identity',
    needs: 'partner_org.users.read',
    Part: late(() => import('../identity/user-part.tsx')),
  },
]
