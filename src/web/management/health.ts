import type { Answer, Handler, Route } from '../route.js';

// Tools match on upstream's texts, so its name stands here.
const appName = 'Prometheus Server';

function text(body: string): Handler {
  return (): Answer => ({ kind: 'plain', body });
}

export const healthyRoute: Route = {
  name: '/-/healthy',
  methods: { GET: text(`${appName} is Healthy.\n`), HEAD: text('') },
};

export const readyRoute: Route = {
  name: '/-/ready',
  methods: { GET: text(`${appName} is Ready.\n`), HEAD: text('') },
  needsReady: true,
};
