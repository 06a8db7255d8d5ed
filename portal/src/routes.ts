import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import type { AnyRoute } from '@tanstack/react-router'

import { Broken } from './frames/broken.tsx'
import { Home } from './frames/home.tsx'
import { NotFound } from './frames/not-found.tsx'
import { movedTo } from './old-addresses.ts'
import { frames } from './pages.ts'
import type { FramePages } from './pages.ts'
import { parseSearch, stringifySearch } from './platform/filters.ts'
import { Root } from './root.tsx'

const rootRoute = createRootRoute({
  component: Root,
  notFoundComponent: NotFound,
  beforeLoad({ location }) {
    const href = movedTo(location.pathname, location.searchStr)
    if (href !== null) redirect({ href, replace: true, throw: true })
  },
})
const homeRoute = createRoute({ getParentRoute: () => rootRoute, path: '/', component: Home })

function createFrameRoute({ path, load, pages }: FramePages): AnyRoute {
  const frame = createRoute({
    getParentRoute: () => rootRoute,
    path,
    component: lazyRouteComponent(load, 'Frame'),
  })
  const children = Object.entries(pages).map(([childPath, page]) =>
    createRoute({
      getParentRoute: () => frame,
      path: childPath,
      component: lazyRouteComponent(page.load, page.name),
    }),
  )
  return frame.addChildren(children)
}

export const router = createRouter({
  routeTree: rootRoute.addChildren([homeRoute, ...frames.map(createFrameRoute)]),
  parseSearch,
  stringifySearch,
  defaultPreload: false,
  defaultErrorComponent: Broken,
  scrollRestoration: true,
})
