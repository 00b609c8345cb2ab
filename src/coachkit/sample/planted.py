"""placeholder while the ground is tried"""

from coachkit.sample.goals import GoalPlan


class Planting:
    def __init__(self, world):
        self.goals = GoalPlan()
        self.rhythms = {}

    def plan(self):
        pass

    def tell(self):
        pass

    def conclude(self, incidents):
        pass
