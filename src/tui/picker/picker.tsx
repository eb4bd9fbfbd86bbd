import { useCallback, useEffect, useRef, useState } from 'react';
import type { ScreenPorts } from '../../model/live-session.ts';
import { useKeys, useSize, useStage } from '../terminal/stage.ts';
import { wordsOf } from '../words.ts';
import { type FolderMode, openAgain, openPicker, type Picker } from './picker-state.ts';
import { lastKeysLine, PickerView, pageOf } from './picker-view.tsx';
import { type PickerEffect, pressInPicker } from './press-in-picker.ts';
import { runEffect } from './run-effect.ts';
import { useRows } from './use-rows.ts';

/** What was chosen: a session, and where to go on; null when nothing was. */
export type Choice = { act: 'resume' | 'fork'; threadId: string; cwd: string | null } | null;

export interface PickerProps {
  ports: Pick<ScreenPorts, 'sessions' | 'workspace'>;
  cwd: string;
  all: boolean;
  withOthers: boolean;
  /** What went wrong with the choice before; null for nothing. */
  notice?: string | null;
  /** The list in which that was chosen; null for a new one. */
  before?: Picker | null;
  onChoice(choice: Choice, picker: Picker): void;
  /** Something that was chosen could not be done; it leads out of the list all the same. */
  onProblem(problem: string): void;
}

/** The list of sessions that one is chosen from. */
export function PickerScreen(props: PickerProps) {
  const { ports, cwd, all, withOthers, notice = null, before = null, onChoice, onProblem } = props;
  const { clock } = useStage();
  const { columns, rows } = useSize();
  const [picker, setPicker] = useState<Picker>(() => ({
    ...(before ? openAgain(before) : openPicker({ cwd, all, withOthers })),
    notice: notice === null ? null : { text: notice, isError: true },
  }));
  const latest = useRef(picker);
  // Keys may come several at a time, between two frames.
  const change = useCallback((how: (picker: Picker) => Picker) => {
    latest.current = how(latest.current);
    setPicker(latest.current);
  }, []);
  const folderChoice = useRef<'ask' | 'session' | 'current'>('ask');
  useEffect(() => {
    void ports.workspace.folderChoice().then((choice) => {
      folderChoice.current = choice;
    });
  }, [ports]);
  useRows(ports.sessions, clock, change);
  usePreview(picker, ports, change);

  const hasChosen = useRef(false);
  /** Where the directory is gone, it is asked for another, also who has said that it is always to be that one. */
  const goOn = async ({ kind: act, threadId, cwd: folder }: PickerEffect & { kind: 'resume' | 'fork' }) => {
    hasChosen.current = true;
    if (folder !== null && folder !== cwd && !(await ports.workspace.hasFolder(folder))) {
      hasChosen.current = false;
      const mode: FolderMode = { kind: 'folder', threadId, act, cwd: folder, isGone: true };
      return change((now) => ({ ...now, mode, notice: null }));
    }
    onChoice({ act, threadId, cwd: folder }, latest.current);
  };
  const perform = (effect: PickerEffect) => {
    if (hasChosen.current) return;
    if (effect.kind === 'leave') {
      hasChosen.current = true;
      return onChoice(null, latest.current);
    }
    if (effect.kind === 'resume' || effect.kind === 'fork') {
      return void goOn(effect);
    }
    if (effect.kind === 'look') {
      const { cwd: folder } = effect;
      return void ports.workspace.hasFolder(folder).then((isThere) => {
        const isAsked = ({ mode }: Picker) => mode.kind === 'folder' && mode.cwd === folder;
        if (!isThere)
          change((now) => (isAsked(now) ? { ...now, mode: { ...now.mode, isGone: true } as FolderMode } : now));
      });
    }
    if (effect.kind === 'remember') {
      const onError = (error: unknown) => onProblem(`the choice is not remembered: ${wordsOf(error)}`);
      return void ports.workspace.setFolderChoice(effect.choice).catch(onError);
    }
    // What is being done is said before it is begun: a home of many sessions is looked through for it.
    void clock
      .sleep(frameMs)
      .then(() => runEffect(effect, ports))
      .then(change);
  };
  useKeys((key) => {
    const context = {
      cwd,
      page: pageOf(columns, rows),
      folderChoice: folderChoice.current,
      lastKeys: lastKeysLine(columns, rows),
    };
    const [next, ...effects] = pressInPicker(latest.current, key, context);
    change(() => next);
    effects.forEach(perform);
  });
  return <PickerView picker={picker} columns={columns} rows={rows} now={clock.now()} />;
}

/** What was said last in the chosen session, once one has stayed on it for a moment. */
function usePreview(
  { chosen, isPreviewShown, preview }: Picker,
  { sessions }: Pick<ScreenPorts, 'sessions'>,
  change: (how: (picker: Picker) => Picker) => void,
): void {
  const { clock } = useStage();
  const isKnown = preview?.threadId === chosen;
  useEffect(() => {
    if (!isPreviewShown || chosen === null || isKnown) return;
    const controller = new AbortController();
    const { signal } = controller;
    void clock
      .sleep(restMs, signal)
      .then(() => (signal.aborted ? [] : sessions.preview(chosen, signal)))
      .catch((error) => [{ by: 'agent' as const, text: `(cannot be read: ${wordsOf(error)})` }])
      .then((said) => {
        if (!signal.aborted) change((picker) => ({ ...picker, preview: { threadId: chosen, said } }));
      });
    return () => controller.abort();
  }, [chosen, isPreviewShown, isKnown, sessions, clock, change]);
}

const restMs = 80;
const frameMs = 35;
