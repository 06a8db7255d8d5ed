import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import type { Plugin } from 'vite'

import { firstPieces } from './vite-first-pieces.ts'
import { readyWords } from './vite-ready-words.ts'

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

// What asks for everything else waits for nothing itself.
const FIRST = /preload-helper|src\/(page-of-path|pages|late-pages|platform\/early)\.ts/
const DIALOGS =
  /react-remove-scroll|use-sidecar|use-callback-ref|react-style-singleton|@mantine\/core\/.*\/(Modal|ModalBase|Drawer|Overlay|FocusTrap|ScrollArea|NativeScrollArea)\/|src\/parts\/confirm\.tsx/
const LATER =
  /src\/words\/|-words\.ts$|src\/platform\/unsaved|src\/frames\/(?!shared)|src\/parts\/(finder|palette|explainer|move-button)|second-person|ticket-forms|link-(parts|table)|permission-list|grouped-lines|end-text|platform\/utc|access\/src\/words|secret-page|withdraw-calls|shared\/(amount|account-number)/

// Each of many small pieces would wait a round trip of its own, six at a time where a browser speaks HTTP/1.1.
const groups = [
  { name: 'first', test: FIRST, priority: 4 },
  // What asks in a dialog brings the dialogs along, however many pieces share it.
  { name: 'base', test: isNone(DIALOGS, /src\/parts\/move-button/), minShareCount: 34, priority: 3 },
  { name: 'dialogs', test: DIALOGS, priority: 2 },
  // When an access ends, and by which clock, in one small piece.
  { name: 'ends', test: /end-text|platform\/utc/, priority: 2 },
  { name: 'parts', test: isNone(DIALOGS, LATER), minShareCount: 4, priority: 1 },
]

function isNone(...patterns: readonly RegExp[]): (id: string) => boolean {
  return (id) => !patterns.some((pattern) => pattern.test(id))
}

export default defineConfig({
  plugins: [react(), iconsOfOnePath, readyWords, firstPieces],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    manifest: true,
    // A data: address would need img-src data: in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: { groups },
      },
    },
  },
})
