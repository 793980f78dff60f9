/** /api/v1/status/*: what the server knows of itself. */
import { compareUtf8 } from '../../base/index.js';
import { type JsonValue, jsonBody, jsonTime } from '../json/index.js';
import type { Answer, Handler, Route, WebContext, WebRequest } from '../route.js';

function answering(data: (web: WebContext) => JsonValue): Handler {
  return (_: WebRequest, web: WebContext): Answer => ({ kind: 'data', data: jsonBody(data(web)) });
}

export const statusConfigRoute: Route = {
  name: '/status/config',
  methods: { GET: answering(({ ports }) => ({ yaml: ports.configText() })) },
};

export const statusFlagsRoute: Route = {
  name: '/status/flags',
  methods: {
    GET: answering(({ ports }) => new Map([...ports.flags].sort(([a], [b]) => compareUtf8(a, b)))),
  },
};

export const statusBuildInfoRoute: Route = {
  name: '/status/buildinfo',
  methods: { GET: answering(({ ports }) => ({ ...ports.buildInfo })) },
};

export const statusRuntimeInfoRoute: Route = {
  name: '/status/runtimeinfo',
  methods: {
    GET: answering(({ ports }) => {
      const info = ports.runtimeInfo();
      return {
        startTime: jsonTime(info.startTimeMs),
        CWD: info.workingDirectory,
        hostname: info.hostname,
        serverTime: jsonTime(ports.clock.nowMs()),
        reloadConfigSuccess: info.reloadConfigSuccess,
        lastConfigTime: jsonTime(info.lastConfigTimeMs),
        corruptionCount: info.corruptionCount,
        goroutineCount: info.threadCount,
        GOMAXPROCS: info.processorCount,
        GOMEMLIMIT: info.memoryLimitBytes,
        GOGC: '',
        GODEBUG: '',
        storageRetention: info.storageRetention,
      };
    }),
  },
};

/** Works before the server is ready, and is not compressed. */
export const statusWalReplayRoute: Route = {
  name: '/status/walreplay',
  methods: { GET: answering(({ ports }) => ({ ...ports.replayProgress() })) },
  needsReady: false,
  compress: false,
};

/** Works before the server is ready, and is not compressed. */
export const notificationsRoute: Route = {
  name: '/notifications',
  methods: {
    GET: answering(({ ports }) =>
      ports.notifications().map(({ text, timeMs, active }) => ({ text, date: jsonTime(timeMs), active })),
    ),
  },
  needsReady: false,
  compress: false,
};
