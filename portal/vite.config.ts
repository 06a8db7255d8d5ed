import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import type { Plugin } from 'vite'

const ONLY_PATHS = /__iconNode = \[(\["path", \{ "d": "M[^"]*", "key": "svg-\d+" \}\](, )?)+\];/
const NEXT_PATH = /", "key": "svg-\d+" \}\], \["path", \{ "d": "/g

/** Draws an icon with one path in place of several: they were a tenth of the elements of a page. */
const iconsOfOnePath: Plugin = {
  name: 'icons-of-one-path',
  transform: {
    filter: { id: /@tabler\/icons-react\/.*\/icons\// },
    handler: (code) => (ONLY_PATHS.test(code) ? { code: code.replace(NEXT_PATH, ''), map: null } : null),
  },
}

export default defineConfig({
  plugins: [react(), iconsOfOnePath],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    manifest: true,
    // A data: address would need img-src data: in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
