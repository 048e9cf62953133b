// A list whose lines are put in order by mouse, touch or keyboard.
import { closestCenter, DndContext, KeyboardSensor, PointerSensor, useSensor, useSensors, type Announcements } from "@dnd-kit/core";
import { arrayMove, SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from "@dnd-kit/sortable";
import { HolderOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";
import { t } from "../../i18n";

interface Props { ids: string[]; labelOf: (id: string) => string; onMove: (ids: string[]) => void; children: (id: string) => ReactNode }

export function Sortable({ ids, labelOf, onMove, children }: Props) {
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 4 } }), useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }));
  const place = (id?: string | number) => ids.indexOf(String(id)) + 1;
  const announcements: Announcements = {
    onDragStart: ({ active }) => t("order.lifted", { what: labelOf(String(active.id)) }),
    onDragOver: ({ active, over }) => (over ? t("order.at", { what: labelOf(String(active.id)), n: place(over.id) }) : undefined),
    onDragEnd: ({ active, over }) => t("order.at", { what: labelOf(String(active.id)), n: place((over ?? active).id) }),
    onDragCancel: ({ active }) => t("order.back", { what: labelOf(String(active.id)) }),
  };
  return (
    <DndContext sensors={sensors} collisionDetection={closestCenter} accessibility={{ announcements, screenReaderInstructions: { draggable: t("order.how") } }}
      onDragEnd={({ active, over }) => { if (over && active.id !== over.id) onMove(arrayMove(ids, ids.indexOf(String(active.id)), ids.indexOf(String(over.id)))); }}>
      <SortableContext items={ids} strategy={verticalListSortingStrategy}>
        <ul className="sortable">{ids.map((id) => <Item key={id} id={id} label={labelOf(id)}>{children(id)}</Item>)}</ul>
      </SortableContext>
    </DndContext>
  );
}

function Item({ id, label, children }: { id: string; label: string; children: ReactNode }) {
  const { setNodeRef, setActivatorNodeRef, attributes, listeners, transform, transition, isDragging } = useSortable({ id });
  return (
    <li ref={setNodeRef} className={isDragging ? "dragging" : ""} style={{ transform: transform ? `translateY(${transform.y}px)` : undefined, transition }}>
      <button type="button" className="handle" ref={setActivatorNodeRef} {...attributes} {...listeners} aria-label={t("order.move", { what: label })}><HolderOutlined /></button>
      {children}
    </li>
  );
}
