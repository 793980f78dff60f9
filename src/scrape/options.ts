export { type CompleteGlobal, completeScrapeOptions, type OptionProblem } from './complete-options.js';
export {
  checkScrape,
  checkScrapeRules,
  defaultProtocols,
  type GlobalScrapeOptions,
  globalScrapeFields,
  protocolsProblem,
  type ScrapeOptions,
  scrapeFields,
  type WrittenScrape,
} from './scrape-fields.js';
