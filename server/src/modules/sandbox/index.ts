/**
 * The sandbox of a partner (A11): one organisation with made-up data (`sandbox_tenant`) in which its owners play the
 * customer of their own sandbox clients, on the pages that every customer sees. The database keeps it apart: nobody but
 * the partner's own people is a member of it, no other partner and no live client is let in, and whoever leaves the
 * partner leaves it. No other module is called.
 */

import type { Route } from '#platform/route.ts'
import { openSandbox, readSandbox } from './routes.ts'

/** Every operation of this module. */
export const sandboxRoutes: readonly Route[] = [readSandbox, openSandbox]
