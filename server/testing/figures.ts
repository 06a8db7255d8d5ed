/** The figures of the campaign, for tests beside the modules (`npm run evidence`). */
export { attempts, isCampaign, tellFigures } from '../../tests/support/figures.ts'
