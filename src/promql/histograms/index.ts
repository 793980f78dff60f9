export { combineHistograms } from './combine-histograms.js';
export { HistogramMean } from './histogram-mean.js';
export { histogramFraction, histogramQuantile } from './histogram-quantile.js';
export { type Addition, HistogramSum } from './histogram-sum.js';
export { histogramVariance } from './histogram-variance.js';
export { trimHistogram } from './trim-histogram.js';
