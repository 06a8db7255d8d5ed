import type { HtmlTagDescriptor, Plugin, Rolldown } from 'vite'

/** What runs the portal; the page's own entry asks for it together with what its path needs. */
const MAIN = '/src/main.tsx'

type Bundle = Rolldown.OutputBundle

/** A piece with all that must be there before it runs. */
function withImports(bundle: Bundle, file: string, seen = new Set<string>()): Set<string> {
  const piece = bundle[file]
  if (piece?.type !== 'chunk' || seen.has(file)) return seen
  seen.add(file)
  for (const next of piece.imports) withImports(bundle, next, seen)
  return seen
}

function stylesOf(bundle: Bundle, files: Iterable<string>): string[] {
  const styles = [...files].flatMap((file) => {
    const piece = bundle[file]
    return piece?.type === 'chunk' ? [...(piece.viteMetadata?.importedCss ?? [])] : []
  })
  return [...new Set(styles)]
}

function tag(attrs: HtmlTagDescriptor['attrs']): HtmlTagDescriptor {
  return { tag: 'link', injectTo: 'head', attrs: { crossorigin: true, ...attrs } }
}

/** Names in the page what every path needs, so that it is fetched beside the entry instead of after it. */
export const firstPieces: Plugin = {
  name: 'first-pieces',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle = {} }) {
      const main = Object.values(bundle).find(
        (piece) => piece.type === 'chunk' && piece.facadeModuleId?.endsWith(MAIN),
      )
      if (!main) throw new Error(`No piece was built of ${MAIN}.`)
      const files = withImports(bundle, main.fileName)
      return [
        ...stylesOf(bundle, files).map((href) => tag({ rel: 'stylesheet', href: `/${href}` })),
        ...[...files].map((href) => tag({ rel: 'modulepreload', href: `/${href}` })),
      ]
    },
  },
}
