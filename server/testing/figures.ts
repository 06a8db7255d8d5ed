/** The figures of the campaign, for tests beside the modules (`npm run evidence`). */
export { attempts, patience, sized, tellFigures } from '../../tests/support/figures.ts'
