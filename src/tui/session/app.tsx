import { useMemo, useRef, useSyncExternalStore } from 'react';
import type { ScreenPorts } from '../../model/live-session.ts';
import type { RunSessionOptions } from '../options.ts';
import { PickerScreen } from '../picker/picker.tsx';
import type { Picker } from '../picker/picker-state.ts';
import type { Show } from '../terminal/show.tsx';
import type { TranscriptSource } from '../transcript/transcript-source.ts';
import { TranscriptView } from '../transcript/transcript-view.tsx';
import type { Conversation } from './conversation.ts';
import type { Records } from './records.ts';
import { choose } from './run-command.ts';
import { SessionScreen } from './screen.tsx';
import type { SessionState } from './state.ts';
import type { Store } from './store.ts';
import { TextScreen } from './text-screen.tsx';

export interface AppProps {
  conversation: Conversation;
  store: Store<SessionState>;
  records: Records;
  painter: Show['painter'];
  options: Pick<RunSessionOptions, 'screen' | 'ports' | 'cwd' | 'workIn' | 'all' | 'includeExec' | 'altScreen'>;
}

/** The session, or what is shown over it. */
export function App({ conversation, store, records, painter, options }: AppProps) {
  const { over, session } = useSyncExternalStore(store.subscribe, store.get);
  /** From which something was chosen last. */
  const list = useRef<Picker | null>(null);
  const opened = useRef({ over, count: 0 });
  if (opened.current.over !== over) opened.current = { over, count: opened.current.count + 1 };
  const { cwd, workIn, all, includeExec, altScreen } = options;
  const ports = useMemo(() => withoutAsking(options.ports, workIn), [options.ports, workIn]);
  const threadId = session?.threadId ?? '';
  const { sessions } = options.ports;
  const source = useMemo((): TranscriptSource => {
    return { read: (...asked) => sessions.read(threadId, ...asked), onMore: records.onMore };
  }, [sessions, records, threadId]);
  const leave = () => conversation.show(null);
  if (over?.kind === 'picker') {
    const { notice } = over;
    const onChoice = (choice: Parameters<typeof choose>[1], picker: Picker) => {
      list.current = picker;
      choose(conversation, choice);
    };
    const before = notice === null ? null : list.current;
    const onProblem = (problem: string) => conversation.say(problem, true);
    // Another list each time, also when it was there just now; after a failure, as it was.
    return (
      <PickerScreen
        key={opened.current.count}
        {...{ ports, cwd, all, notice, before, onChoice, onProblem }}
        withOthers={includeExec}
      />
    );
  }
  if (over?.kind === 'text') return <TextScreen {...over} onLeave={leave} />;
  if (over?.kind === 'transcript') {
    const write = (sequence: string) => options.screen.write(sequence);
    const title = session?.name ?? threadId;
    return <TranscriptView {...{ source, title, write }} start="end" onLeave={leave} redraw={painter.redraw} />;
  }
  return <SessionScreen store={store} altScreen={altScreen} />;
}

/** Who has named a folder is not asked for one. */
function withoutAsking(ports: ScreenPorts, workIn: string | null): ScreenPorts {
  if (workIn === null) return ports;
  return { ...ports, workspace: { ...ports.workspace, folderChoice: async () => 'current' } };
}
